extension Stream {
    /// Keeps the records that satisfy a condition, and drops the others.
    ///
    /// ```swift
    /// flights.filter { !$0.isCancelled }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record for which `condition` throws. Default: the operator fails.
    ///   - condition: returns whether to keep a record.
    /// - Returns: a stream of the records that satisfy the condition.
    @inlinable
    public func filter(
        onError: ErrorPolicy<Record> = .fail, _ condition: @escaping @Sendable (Record) throws -> Bool
    ) -> Stream<Record> {
        attach("filter", flow: .atMostOne, onError: onError) { _, _, failures, next in
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
    }
}
