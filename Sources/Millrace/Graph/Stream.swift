/// A typed stream of records with event times: the output of a source or an operator.
///
/// Operators are methods of `Stream` and return the next stream. Attaching several operators to the same stream sends
/// every record to each of them.
///
/// Foundation declares a class of the same name. In files that import Foundation, use ``DataStream`` instead.
///
/// ```swift
/// let orders = graph.source(.jsonLines(in: "orders", decoding: Order.self))   // Stream<Order>
/// orders.filter { $0.total > 1000 }.sink(.jsonLines(directory: "out/large"))
/// orders.keyed(by: \.customer)
///     .fold(into: 0.0) { sum, order in sum += order.total }
///     .sink(.print())
/// ```
public struct Stream<Record: Sendable> {
    @usableFromInline let graph: Graph
    @usableFromInline let node: StreamNode<Record>

    @usableFromInline
    init(graph: Graph, node: StreamNode<Record>) {
        self.graph = graph
        self.node = node
    }

    /// Names the operator that produces this stream.
    ///
    /// State is stored under the operator's name. A named operator keeps its state when it is moved within the graph
    /// between two versions of a program. An operator without a name is identified by its kind and by the operators
    /// upstream of it; if that is ambiguous, a start from an older state folder is rejected with an error.
    ///
    /// ```swift
    /// clicks.keyed(by: \.user)
    ///     .fold(into: 0) { count, _ in count += 1 }
    ///     .named("clicks-per-user")
    /// ```
    ///
    /// - Parameter name: a name that is unique within the pipeline, not empty and without `/`.
    /// - Returns: the same stream.
    public func named(_ name: String) -> Stream<Record> {
        node.producer.setName(name)
        return self
    }

    /// Marks this stream's operator as the one that completes the results of `other`: naming it names `other`'s
    /// operator.
    @inlinable
    func completing<Other>(_ other: Stream<Other>) -> Stream<Record> {
        node.producer.complete(other.node.producer)
        return self
    }

    /// Adds an operator that runs in the same task as this stream's operator.
    ///
    /// `attach` is called once per task. The push it returns is called with the records of this stream, and passes its
    /// results to the push that `attach` received.
    @inlinable
    func attach<Output: Sendable>(
        _ kind: String, detail: String = "", flow: RecordFlow = .kept,
        _ attach: @escaping @Sendable (TaskContext, OperatorNode, Push<Output>) -> Push<Record>
    ) -> Stream<Output> {
        let producer = graph.add(kind: kind, detail: detail, inputs: [input], flow: flow)
        let output = StreamNode<Output>(producer: producer)
        node.consumers.append(
            StreamConsumer { context in attach(context, producer, output.push(in: context)) })
        return Stream<Output>(graph: graph, node: output)
    }

    /// Adds an operator that may fail for single records.
    @inlinable
    func attach<Output: Sendable>(
        _ kind: String, detail: String = "", flow: RecordFlow = .kept, onError: ErrorPolicy<Record>,
        _ attach:
            @escaping @Sendable (TaskContext, OperatorNode, FailureHandler<Record>, Push<Output>) -> Push<Record>
    ) -> Stream<Output> {
        let result: Stream<Output> = self.attach(kind, detail: detail, flow: flow) { context, node, next in
            attach(context, node, FailureHandler(onError, of: node, in: context), next)
        }
        onError.link(from: result.node.producer)
        return result
    }

    /// This stream as an operator's input.
    @inlinable
    var input: OperatorInput { OperatorInput(from: node.producer, record: "\(Record.self)") }
}

/// Another name for ``Stream``, for files that also import Foundation.
///
/// ```swift
/// import Foundation
///
/// func delayed(_ flights: DataStream<Flight>) -> DataStream<Flight> {
///     flights.filter { $0.delay > 60 }
/// }
/// ```
public typealias DataStream<Record: Sendable> = Stream<Record>

/// Collects the operators that consume a stream.
///
/// `@unchecked Sendable`: `consumers` is written only while the graph is being declared, on one thread.
@usableFromInline
final class StreamNode<Record: Sendable>: @unchecked Sendable {
    @usableFromInline let producer: OperatorNode
    @usableFromInline var consumers: [StreamConsumer<Record>] = []

    @usableFromInline
    init(producer: OperatorNode) { self.producer = producer }

    /// Returns what a task calls for each record of this stream; created once per task.
    @inlinable
    func push(in context: TaskContext) -> Push<Record> {
        if let known = context.builtPushes[ObjectIdentifier(self)] as? PushBox<Record> { return known.push }
        let pushes = consumers.map { $0.attach(context) }
        let push: Push<Record>
        switch pushes.count {
        case 0: push = Push { _, _, _ in }
        case 1: push = pushes[0]
        case 2:
            let (first, second) = (pushes[0], pushes[1])
            push = Push { records, times, count in
                try first.call(records, times, count)
                try second.call(records, times, count)
            }
        default:
            push = Push { records, times, count in
                for push in pushes { try push.call(records, times, count) }
            }
        }
        context.builtPushes[ObjectIdentifier(self)] = PushBox(push)
        return push
    }
}

/// An operator that consumes a stream; creates what a task calls for each record.
@usableFromInline
struct StreamConsumer<Record: Sendable>: Sendable {
    @usableFromInline let attach: @Sendable (TaskContext) -> Push<Record>

    @inlinable
    init(attach: @escaping @Sendable (TaskContext) -> Push<Record>) { self.attach = attach }
}
