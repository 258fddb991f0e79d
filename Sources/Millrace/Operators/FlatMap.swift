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
