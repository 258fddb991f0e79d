extension Stream {
    /// Splits the stream in two: the records that satisfy a condition, and those that do not.
    ///
    /// ```swift
    /// let (delayed, punctual) = flights.split { $0.delay > 15 }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record for which `condition` throws. Default: the operator fails.
    ///   - condition: returns whether a record goes to the first stream.
    /// - Returns: the stream of the records that satisfy the condition, and the stream of the rest.
    @inlinable
    public func split(
        onError: ErrorPolicy<Record> = .fail, _ condition: @escaping @Sendable (Record) throws -> Bool
    ) -> (matching: Stream<Record>, rest: Stream<Record>) {
        let producer = graph.add(kind: "split", inputs: [input], flow: .atMostOne)
        let matching = StreamNode<Record>(producer: producer)
        let rest = StreamNode<Record>(producer: producer)
        node.consumers.append(
            StreamConsumer { context in
                let failures = FailureHandler(onError, of: producer, in: context)
                let (yes, no) = (PushBuffer(matching.push(in: context)), PushBuffer(rest.push(in: context)))
                return Push { records, times, count in
                    yes.reserve(count)
                    no.reserve(count)
                    for index in 0..<count {
                        do {
                            let side = try condition(records[index]) ? yes : no
                            side.append(records[index], times[index])
                        } catch {
                            try failures.handle(error, records[index], times[index])
                        }
                    }
                    try yes.flush()
                    try no.flush()
                }
            })
        onError.link(from: producer)
        return (Stream(graph: graph, node: matching), Stream(graph: graph, node: rest))
    }
}
