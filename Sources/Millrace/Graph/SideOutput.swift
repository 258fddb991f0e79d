/// A second output to which operators divert records, such as late or rejected ones.
///
/// Created with ``Graph/sideOutput(_:of:)``; several operators may send to the same side output.
///
/// ```swift
/// let late = graph.sideOutput("late", of: Flight.self)
/// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1)), late: late).aggregate(Count()).sink(.print())
/// late.stream.sink(.jsonLines(directory: "out/late"))
/// ```
public struct SideOutput<Record: Sendable>: Sendable {
    @usableFromInline let node: StreamNode<Record>
    // Only touched while the graph is being declared, on one thread; see `Graph`.
    @usableFromInline nonisolated(unsafe) let graph: Graph

    init(_ stream: Stream<Record>) {
        node = stream.node
        graph = stream.graph
    }

    /// The stream of the records that operators have sent to this side output.
    public var stream: Stream<Record> { Stream(graph: graph, node: node) }

    /// Adds an edge from `producer` to this side output in the printed graph.
    @usableFromInline
    func link(from producer: OperatorNode) {
        let record = "\(Record.self)"
        if node.producer.inputs.contains(where: { $0.from === producer }) { return }
        node.producer.inputs.append(OperatorInput(from: producer, record: record, kind: .side))
    }

    /// Returns what a task calls to send a record to this side output.
    @inlinable
    func push(in context: TaskContext) -> Push<Record> { node.push(in: context) }
}
