extension Stream {
    /// Keeps the records that satisfy a condition.
    ///
    /// ```swift
    /// flights.filter { !$0.cancelled }
    /// ```
    @inlinable
    public func filter(
        onError: ErrorPolicy<Record> = .fail, _ condition: @escaping @Sendable (Record) throws -> Bool
    ) -> Stream<Record> {
        let result: Stream<Record> = attach("filter") { context, node, next in
            let failures = FailureHandler(onError, of: node, in: context)
            return Push { record, time in
                let keep: Bool
                do { keep = try condition(record.pointee) } catch {
                    return try failures.handle(error, record.pointee, time)
                }
                if keep { try next.call(record, time) }
            }
        }
        link(onError, from: result.node.producer)
        return result
    }
}
