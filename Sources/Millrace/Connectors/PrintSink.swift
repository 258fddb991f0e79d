/// A sink that prints each record on a line of its own to standard output.
///
/// ```swift
/// counts.sink(.print())
/// counts.sink(.print { "\($0.key): \($0.value)" })
/// ```
///
/// The sink fails with a ``SinkError`` if standard output cannot be written.
///
/// Restart: records since the last checkpoint are printed again.
public struct PrintSink<Input: Sendable>: Sink {
    private let text: @Sendable (Input) -> String

    /// Creates a sink that prints records.
    ///
    /// - Parameter text: returns the line for a record. Default: the record's description.
    public init(text: @escaping @Sendable (Input) -> String = { "\($0)" }) { self.text = text }

    public var summary: String { "standard output" }

    public func open(_ context: SinkContext) -> Writer { Writer(text: text) }

    /// Prints the records of one task; each line is written as a whole.
    public struct Writer: SinkWriter {
        let text: @Sendable (Input) -> String

        public mutating func write(_ record: Input, at time: Timestamp) throws {
            try StandardStream.output.write(text(record) + "\n")
        }
    }
}

extension PrintSink {
    /// A sink that prints each record on a line of its own; see ``PrintSink``.
    ///
    /// - Parameter text: returns the line for a record. Default: the record's description.
    public static func print(_ text: @escaping @Sendable (Input) -> String = { "\($0)" }) -> PrintSink<Input> {
        PrintSink(text: text)
    }
}
