extension Stream {
    /// One stream of the records of this and others, in the order in which they come.
    ///
    /// No task or channel of its own: what follows runs in the tasks of each input. See also `Graph.merge`.
    @inlinable
    public func merge(with others: [Stream<Record>]) -> Stream<Record> {
        let inputs = [self] + others
        let producer = graph.add(kind: "merge", inputs: inputs.map(\.input), flow: .atMostOne)
        let output = StreamNode<Record>(producer: producer)
        for input in inputs {
            input.node.consumers.append(StreamConsumer { context in output.push(in: context) })
        }
        return Stream(graph: graph, node: output)
    }
}
