/// Prints each record on a line of its own. After a crash, records since the last checkpoint are printed again. Where standard
/// output cannot be written the sink fails, with a `SinkError`.
///
/// ```swift
/// counts.sink(.print())
/// counts.sink(.print { "\($0.key): \($0.value)" })
/// ```
public struct PrintSink<Input: Sendable>: Sink {
    private let text: @Sendable (Input) -> String

    /// - Parameter text: what is printed for a record; its description if not given.
    public init(text: @escaping @Sendable (Input) -> String = { "\($0)" }) { self.text = text }

    public var summary: String { "standard output" }

    public func open(_ context: SinkContext) -> Writer { Writer(text: text) }

    /// Prints one task's records; a line is written in one piece.
    public struct Writer: SinkWriter {
        let text: @Sendable (Input) -> String

        public mutating func write(_ record: Input, at time: Timestamp) throws {
            try StandardStream.output.write(text(record) + "\n")
        }
    }
}

extension PrintSink {
    /// Prints each record; see `PrintSink`.
    public static func print(_ text: @escaping @Sendable (Input) -> String = { "\($0)" }) -> PrintSink<Input> {
        PrintSink(text: text)
    }
}
