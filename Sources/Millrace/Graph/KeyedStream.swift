/// A stream whose records are partitioned by key.
///
/// All records of a key are processed by the same task. Records of one key from one input partition stay in order;
/// there is no order between input partitions. A keyed stream is created with ``Stream/keyed(by:)``; it offers the
/// operators that keep state per key, such as `fold`, `aggregate`, `process` and `window`.
///
/// ```swift
/// let byUser = clicks.keyed(by: \.user)                                       // KeyedStream<String, Click>
/// byUser.fold(into: 0) { count, _ in count += 1 }.sink(.print())
/// byUser.window(.session(gap: .minutes(30))).aggregate(Count()).sink(.print())
/// ```
public struct KeyedStream<Key: StreamKey, Record: Sendable> {
    @usableFromInline let graph: Graph
    @usableFromInline let node: KeyedNode<Key, Record>

    @usableFromInline
    init(graph: Graph, node: KeyedNode<Key, Record>) {
        self.graph = graph
        self.node = node
    }

    /// Adds an operator with state per key.
    @inlinable
    func attach<Output: Sendable>(
        _ kind: String, detail: String = "",
        _ attach: @escaping @Sendable (TaskContext, OperatorNode, Push<Output>) -> BatchHandler<Record>
    ) -> Stream<Output> {
        let producer = graph.add(
            kind: kind, detail: detail, inputs: [OperatorInput(from: node.producer, record: "\(Record.self)")])
        let output = StreamNode<Output>(producer: producer)
        node.consumers.append { context in attach(context, producer, output.push(in: context)) }
        return Stream<Output>(graph: graph, node: output)
    }
}

/// Collects the operators that consume a keyed stream.
///
/// `@unchecked Sendable`: `consumers` is written only while the graph is being declared, on one thread.
@usableFromInline
final class KeyedNode<Key: StreamKey, Record: Sendable>: @unchecked Sendable {
    @usableFromInline let producer: OperatorNode
    @usableFromInline let key: @Sendable (Record) -> Key
    @usableFromInline var consumers: [@Sendable (TaskContext) -> BatchHandler<Record>] = []

    @usableFromInline
    init(producer: OperatorNode, key: @escaping @Sendable (Record) -> Key) {
        self.producer = producer
        self.key = key
    }

    /// Returns what a keyed task calls for each batch from its channel.
    @inlinable
    func handler(in context: TaskContext) -> (RecordBatch) throws -> Void {
        let handlers = consumers.map { $0(context) }
        return { batch in
            let batch = unsafeDowncast(batch, to: ExchangeBatch<Record>.self)
            for handler in handlers { try handler.call(batch) }
        }
    }
}

/// The function by which a keyed operator processes a batch.
@usableFromInline
struct BatchHandler<Record: Sendable> {
    @usableFromInline let call: (ExchangeBatch<Record>) throws -> Void

    @inlinable
    init(_ call: @escaping (ExchangeBatch<Record>) throws -> Void) { self.call = call }
}

/// A value together with its key: the output of most keyed operators.
///
/// ```swift
/// let counts = clicks.keyed(by: \.page).fold(into: 0) { count, _ in count += 1 }      // Stream<Keyed<String, Int>>
/// counts.filter { $0.value >= 100 }.map { "\($0.key): \($0.value) clicks" }.sink(.print())
/// ```
@frozen
public struct Keyed<Key: Sendable, Value: Sendable>: Sendable {
    /// The key.
    public var key: Key
    /// The value that belongs to the key.
    public var value: Value

    /// Creates a pair of a key and its value.
    @inlinable
    public init(key: Key, value: Value) {
        self.key = key
        self.value = value
    }
}

extension Keyed: Equatable where Key: Equatable, Value: Equatable {}
extension Keyed: Hashable where Key: Hashable, Value: Hashable {}
extension Keyed: BitwiseCopyable where Key: BitwiseCopyable, Value: BitwiseCopyable {}
extension Keyed: Encodable where Key: Encodable, Value: Encodable {}
extension Keyed: Decodable where Key: Decodable, Value: Decodable {}

extension Keyed: StateValue where Key: StateValue, Value: StateValue {
    public static var stateSchema: String { "Keyed<\(Key.stateSchema), \(Value.stateSchema)>" }
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        key.encode(into: &writer)
        value.encode(into: &writer)
    }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Keyed {
        let key = try Key.decode(from: &reader)
        return Keyed(key: key, value: try Value.decode(from: &reader))
    }
}
