/// A typed stream of records with event times: the output of an operator, and what the next is attached to.
///
/// Streams are values; using one twice sends every record both ways. (A file that imports Foundation, which has a class of
/// this name, says `DataStream`.)
public struct Stream<Record: Sendable> {
    @usableFromInline let graph: Graph
    @usableFromInline let node: StreamNode<Record>

    @usableFromInline
    init(graph: Graph, node: StreamNode<Record>) {
        self.graph = graph
        self.node = node
    }

    /// Names the operator that this stream comes from. State is stored under the name: a named operator may move about
    /// in the graph between two versions of a program and keep its state. One without a name is known by what it is and what
    /// leads to it; where that leaves a doubt, a start with an older state folder is refused.
    public func named(_ name: String) -> Stream<Record> {
        node.producer.setName(name)
        return self
    }

    /// This stream's operator gives the results of another's state: a name given to it is the other's.
    @inlinable
    func completing<Other>(_ other: Stream<Other>) -> Stream<Record> {
        node.producer.complete(other.node.producer)
        return self
    }

    /// Adds an operator that takes this stream and gives another, within the same task.
    ///
    /// `attach` is called once for every task; what it returns is called for every record, and hands its results to
    /// the push that it was given.
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

    /// The same for an operator that may fail for single records.
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

/// `Stream`, where Foundation's class of that name is imported too.
public typealias DataStream<Record: Sendable> = Stream<Record>

/// The place where a stream's consumers are collected.
///
/// `@unchecked Sendable`: `consumers` is written only while the graph is being declared, on one thread.
@usableFromInline
final class StreamNode<Record: Sendable>: @unchecked Sendable {
    @usableFromInline let producer: OperatorNode
    @usableFromInline var consumers: [StreamConsumer<Record>] = []

    @usableFromInline
    init(producer: OperatorNode) { self.producer = producer }

    /// What a task calls for each record of this stream; made once per task.
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

/// An operator on a stream: makes what a task calls for each record.
@usableFromInline
struct StreamConsumer<Record: Sendable>: Sendable {
    @usableFromInline let attach: @Sendable (TaskContext) -> Push<Record>

    @inlinable
    init(attach: @escaping @Sendable (TaskContext) -> Push<Record>) { self.attach = attach }
}
