extension Stream {
    /// Turns each record into any number of others, all with its time.
    ///
    /// ```swift
    /// lines.flatMap { $0.split(separator: " ").map(String.init) }
    /// ```
    @inlinable
    public func flatMap<Outputs: Sequence>(
        onError: ErrorPolicy<Record> = .fail, _ transform: @escaping @Sendable (Record) throws -> Outputs
    ) -> Stream<Outputs.Element> where Outputs.Element: Sendable {
        let result: Stream<Outputs.Element> = attach("flatMap") { context, node, next in
            let failures = FailureHandler(onError, of: node, in: context)
            return Push { record, time in
                let outputs: Outputs
                do { outputs = try transform(record.pointee) } catch {
                    return try failures.handle(error, record.pointee, time)
                }
                for output in outputs { try next(output, time) }
            }
        }
        link(onError, from: result.node.producer)
        return result
    }
}
