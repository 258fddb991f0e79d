import Dispatch

/// The timer of partition discovery, which may be cancelled from any thread.
///
/// `@unchecked Sendable`: dispatch sources are thread-safe.
final class Discovery: @unchecked Sendable {
    let timer: any DispatchSourceTimer

    init(_ timer: any DispatchSourceTimer) { self.timer = timer }
}

extension Duration {
    /// Whole milliseconds, for Dispatch timers.
    var inMilliseconds: Int { Int(self / .milliseconds(1)) }
}
