extension Stream {
    /// Transforms each record into any number of records.
    ///
    /// ```swift
    /// lines.flatMap { $0.split(separator: " ").map(String.init) }
    /// ```
    ///
    /// - Parameters:
    ///   - onError: what happens to a record for which `transform` throws. Default: the operator fails.
    ///   - transform: returns the results for a record.
    /// - Returns: a stream of the results, each with the time of the record it comes from.
    @inlinable
    public func flatMap<Outputs: Sequence>(
        onError: ErrorPolicy<Record> = .fail, _ transform: @escaping @Sendable (Record) throws -> Outputs
    ) -> Stream<Outputs.Element> where Outputs.Element: Sendable {
        attach("flatMap", flow: .beforeEventTime, onError: onError) { _, _, failures, next in
            let results = PushBuffer(next)
            return Push { records, times, count in
                for index in 0..<count {
                    let outputs: Outputs
                    do { outputs = try transform(records[index]) } catch {
                        try failures.handle(error, records[index], times[index])
                        continue
                    }
                    for output in outputs {
                        results.reserve(1)
                        results.append(output, times[index])
                        if results.count >= PushBuffer<Outputs.Element>.chunk { try results.flush() }
                    }
                }
                try results.flush()
            }
        }
    }
}
