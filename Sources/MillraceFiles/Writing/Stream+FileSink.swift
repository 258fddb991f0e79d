import Millrace

// For this concrete type, because a closure within a generic argument would not be inferred as `@Sendable` (Swift 6.3).
extension Stream {
    /// Writes the stream to files.
    ///
    /// Restart: each record is in exactly one published file; see ``FileSink``.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"), name: "delays")
    /// ```
    ///
    /// - Parameters:
    ///   - sink: The file sink.
    ///   - name: The name of the operator in the graph. Default: `nil`, a name chosen by the framework.
    public func sink(_ sink: FileSink<Record>, name: String? = nil) { write(to: sink, name: name) }
}
