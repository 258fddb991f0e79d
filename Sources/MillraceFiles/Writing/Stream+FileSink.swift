import Millrace

// Of this type by name: a closure within a generic argument would not be taken for `@Sendable` (Swift 6.3).
extension Stream {
    /// Writes the stream to files; see `FileSink`.
    public func sink(_ sink: FileSink<Record>, name: String? = nil) { write(to: sink, name: name) }
}
