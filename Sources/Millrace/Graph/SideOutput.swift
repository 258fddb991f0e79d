/// A stream beside the main one, made by `Graph.sideOutput`: operators send there what they do not pass on.
public struct SideOutput<Record: Sendable>: Sendable {
    @usableFromInline let node: StreamNode<Record>
    // Only touched while the graph is being declared, on one thread; see `Graph`.
    @usableFromInline nonisolated(unsafe) let graph: Graph

    init(_ stream: Stream<Record>) {
        node = stream.node
        graph = stream.graph
    }

    /// What comes out of it.
    public var stream: Stream<Record> { Stream(graph: graph, node: node) }

    /// Draws an edge from `producer` in the printed graph.
    @usableFromInline
    func link(from producer: OperatorNode) {
        let record = "\(Record.self)"
        if node.producer.inputs.contains(where: { $0.from === producer }) { return }
        node.producer.inputs.append(OperatorInput(from: producer, record: record, kind: .side))
    }

    /// What a task calls to send a record there.
    @inlinable
    func push(in context: TaskContext) -> Push<Record> { node.push(in: context) }
}
