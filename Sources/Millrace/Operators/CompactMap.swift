extension Stream {
    /// Turns each record into another, or into none.
    ///
    /// ```swift
    /// lines.compactMap { Int($0) }
    /// ```
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
