import Foundation

/// Processors that this process may use.
func processorCount() -> Int { ProcessInfo.processInfo.activeProcessorCount }
