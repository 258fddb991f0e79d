extension Stream {
    /// Merges this stream with others of the same type into one stream with the records of all of them.
    ///
    /// Records of each input keep their order; records of different inputs are interleaved in the order of arrival.
    /// Merging adds no task and no channel: downstream operators run in the tasks of each input. See also
    /// ``Graph/merge(_:_:)``.
    ///
    /// ```swift
    /// let regions = ["eu", "us"].map { graph.source(.jsonLines(in: $0, decoding: Click.self)) }
    /// clicks.merge(with: regions).keyed(by: \.user)...
    /// ```
    ///
    /// - Parameter others: the streams to merge with this one.
    /// - Returns: the merged stream.
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
