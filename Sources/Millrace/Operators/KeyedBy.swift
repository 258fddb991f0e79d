extension Stream {
    /// Partitions the stream by key.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    /// ```
    ///
    /// Operators on the result, such as `fold`, `aggregate`, `process` and windows, work per key. They run in as many
    /// tasks as the run's parallelism sets; each task is responsible for a range of the hashes of the keys.
    ///
    /// Order: records of one key from one input partition stay in order.
    ///
    /// - Parameter key: returns the key of a record. It must always return the same key for the same record.
    /// - Returns: the stream, partitioned by key.
    @inlinable
    public func keyed<Key: StreamKey>(by key: @escaping @Sendable (Record) -> Key) -> KeyedStream<Key, Record> {
        exchanged(by: key, detail: "by \(Key.self)", broadcasts: nil)
    }

    /// Partitions the stream by key, with some records sent to every task.
    ///
    /// - Parameter broadcasts: returns whether a record goes to every task instead of having a key.
    @inlinable
    func exchanged<Key: StreamKey>(
        by key: @escaping @Sendable (Record) -> Key, detail: String, broadcasts: (@Sendable (Record) -> Bool)?
    ) -> KeyedStream<Key, Record> {
        let producer = graph.add(
            kind: "keyed", detail: detail,
            inputs: [OperatorInput(from: node.producer, record: "\(Record.self)", kind: .exchange)])
        let keyed = KeyedNode<Key, Record>(producer: producer, key: key)
        producer.setKeyed { context in keyed.handler(in: context) }
        node.consumers.append(
            StreamConsumer { context in
                let output = ExchangeOutput<Key, Record>(context, to: producer, key: key, broadcasts: broadcasts)
                context.register(output)
                return Push { records, times, count in output.send(records, times, count) }
            })
        return KeyedStream(graph: graph, node: keyed)
    }

    /// Partitions the stream by a key that some records may lack.
    ///
    /// ```swift
    /// flights.keyed(by: \.tailNumber, missing: .skip)      // tailNumber: String?
    /// ```
    ///
    /// - Parameters:
    ///   - key: returns the key of a record, or `nil` if it has none.
    ///   - missing: what happens to a record without a key; the error is ``MissingKey``.
    /// - Returns: the stream, partitioned by key; each record is together with its key.
    @inlinable
    public func keyed<Key: StreamKey>(
        by key: @escaping @Sendable (Record) -> Key?, missing: ErrorPolicy<Record>
    ) -> KeyedStream<Key, Keyed<Key, Record>> {
        compactMap(onError: missing) { record in
            guard let key = key(record) else { throw MissingKey(type: "\(Key.self)") }
            return Keyed(key: key, value: record)
        }
        .keyed(by: \.key)
    }
}

/// An error for a record that lacks the key its stream is partitioned by.
///
/// The reason of a dead letter is the description of the error:
///
/// ```swift
/// let untracked = graph.sideOutput("untracked", of: DeadLetter<Flight>.self)
/// flights.keyed(by: \.tailNumber, missing: .deadLetter(to: untracked)).fold(into: 0) { count, _ in count += 1 }
/// untracked.stream.map { "\($0.record.carrier): \($0.reason)" }.sink(.print())
/// ```
public struct MissingKey: PermanentFailure, CustomStringConvertible, Sendable {
    /// The name of the key's type.
    public let type: String

    @usableFromInline
    init(type: String) { self.type = type }

    public var description: String {
        "the record has no key (\(type)): give keyed(by:missing:) another policy, or filter first"
    }
}
