extension Stream {
    /// Brings records together by key. What follows (`fold`, `aggregate`, `process`, windows) works per key, in as many
    /// tasks as the run's parallelism says, each owning a share of the keys.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    /// ```
    ///
    /// Order: records of one key and one input partition stay in order.
    @inlinable
    public func keyed<Key: StreamKey>(by key: @escaping @Sendable (Record) -> Key) -> KeyedStream<Key, Record> {
        exchanged(by: key, detail: "by \(Key.self)", broadcasts: nil)
    }

    /// - Parameter broadcasts: which records go to every task, and have no key.
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

    /// Brings records together by a key that some records may lack; those that do go the way of `missing`.
    ///
    /// ```swift
    /// flights.keyed(by: \.tailNumber, missing: .skip)      // tailNumber: String?
    /// ```
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

/// A record that lacks the key its stream is keyed by.
public struct MissingKey: Error, CustomStringConvertible, Sendable {
    /// The key's type.
    public let type: String

    @usableFromInline
    init(type: String) { self.type = type }

    public var description: String {
        "the record has no key (\(type)): give keyed(by:missing:) another policy, or filter first"
    }
}
