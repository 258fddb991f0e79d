extension Stream {
    /// Divides a stream in two: the records that satisfy a condition, and those that do not.
    ///
    /// ```swift
    /// let (delayed, punctual) = flights.split { $0.delay > 15 }
    /// ```
    @inlinable
    public func split(
        onError: ErrorPolicy<Record> = .fail, _ condition: @escaping @Sendable (Record) throws -> Bool
    ) -> (matching: Stream<Record>, rest: Stream<Record>) {
        let producer = graph.add(kind: "split", inputs: [input])
        let matching = StreamNode<Record>(producer: producer)
        let rest = StreamNode<Record>(producer: producer)
        node.consumers.append(
            StreamConsumer { context in
                let failures = FailureHandler(onError, of: producer, in: context)
                let (yes, no) = (matching.push(in: context), rest.push(in: context))
                return Push { record, time in
                    let matches: Bool
                    do { matches = try condition(record.pointee) } catch {
                        return try failures.handle(error, record.pointee, time)
                    }
                    try (matches ? yes : no).call(record, time)
                }
            })
        link(onError, from: producer)
        return (Stream(graph: graph, node: matching), Stream(graph: graph, node: rest))
    }
}
