extension Stream {
    /// Transforms each record into another, and drops records for which the result is `nil`.
    ///
    /// ```swift
    /// lines.compactMap { Int($0) }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record for which `transform` throws. Default: the operator fails.
    ///   - transform: returns the result for a record, or `nil` to drop it.
    /// - Returns: a stream of the results, each with the time of its record.
    @inlinable
    public func compactMap<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail, _ transform: @escaping @Sendable (Record) throws -> Output?
    ) -> Stream<Output> {
        attach("compactMap", flow: .atMostOne, onError: onError) { _, _, failures, next in
            let results = PushBuffer(next)
            return Push { records, times, count in
                results.reserve(count)
                for index in 0..<count {
                    do {
                        if let output = try transform(records[index]) { results.append(output, times[index]) }
                    } catch {
                        try failures.handle(error, records[index], times[index])
                    }
                }
                try results.flush()
            }
        }
    }
}
