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
        let result: Stream<Output> = attach("compactMap") { context, node, next in
            let failures = FailureHandler(onError, of: node, in: context)
            return Push { record, time in
                let output: Output?
                do { output = try transform(record.pointee) } catch {
                    return try failures.handle(error, record.pointee, time)
                }
                if let output { try next(output, time) }
            }
        }
        link(onError, from: result.node.producer)
        return result
    }
}
