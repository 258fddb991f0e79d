extension Stream {
    /// Turns each record into another.
    ///
    /// ```swift
    /// flights.map { $0.delay * 60 }
    /// lines.map(onError: .skip) { try Order(parsing: $0) }
    /// ```
    @inlinable
    public func map<Output: Sendable>(
        onError: ErrorPolicy<Record> = .fail, _ transform: @escaping @Sendable (Record) throws -> Output
    ) -> Stream<Output> {
        let result: Stream<Output> = attach("map") { context, node, next in
            let failures = FailureHandler(onError, of: node, in: context)
            return Push { record, time in
                let output: Output
                do { output = try transform(record.pointee) } catch {
                    return try failures.handle(error, record.pointee, time)
                }
                try next(output, time)
            }
        }
        link(onError, from: result.node.producer)
        return result
    }
}
