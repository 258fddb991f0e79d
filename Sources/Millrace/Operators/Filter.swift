extension Stream {
    /// Keeps the records that satisfy a condition.
    ///
    /// ```swift
    /// flights.filter { !$0.isCancelled }
    /// ```
    @inlinable
    public func filter(
        onError: ErrorPolicy<Record> = .fail, _ condition: @escaping @Sendable (Record) throws -> Bool
    ) -> Stream<Record> {
        let result: Stream<Record> = attach("filter") { context, node, next in
            let failures = FailureHandler(onError, of: node, in: context)
            let results = PushBuffer(next)
            return Push { records, times, count in
                results.reserve(count)
                for index in 0..<count {
                    do {
                        results.append(records[index], times[index], if: try condition(records[index]))
                    } catch {
                        try failures.handle(error, records[index], times[index])
                    }
                }
                try results.flush()
            }
        }
        link(onError, from: result.node.producer)
        return result
    }
}
