extension Stream {
    /// Transforms each record into another.
    ///
    /// ```swift
    /// flights.map { $0.delay * 60 }
    /// lines.map(onError: .skip) { try Order(parsing: $0) }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record for which `transform` throws. Default: the operator fails.
    ///   - transform: returns the result for a record.
    /// - Returns: a stream of the results, each with the time of its record.
    @inlinable
    public func map<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail, _ transform: @escaping @Sendable (Record) throws -> Output
    ) -> Stream<Output> {
        attach("map", flow: .atMostOne, onError: onError) { _, _, failures, next in
            let results = PushBuffer(next)
            return Push { records, times, count in
                results.reserve(count)
                for index in 0..<count {
                    do { results.append(try transform(records[index]), times[index]) } catch {
                        try failures.handle(error, records[index], times[index])
                    }
                }
                try results.flush()
            }
        }
    }
}
