/// A call that took too long.
public struct CallTimeout: Error, CustomStringConvertible, Sendable {
    /// How long it was given.
    public let timeout: Duration
    public var description: String {
        "the call took longer than \(timeout): give it a longer timeout, or look at what it calls"
    }
}

/// What `call` gives, or a `CallTimeout`.
func within<Output: Sendable>(
    _ timeout: Duration, _ clock: any PipelineClock, _ call: @escaping @Sendable () async throws -> Output
) async throws -> Output {
    let limit: @Sendable () async throws -> Output = {
        try await clock.sleep(until: clock.now + timeout)
        throw CallTimeout(timeout: timeout)
    }
    return try await withThrowingTaskGroup(of: Output.self) { group in
        group.addTask(operation: call)
        group.addTask(operation: limit)
        let first = try await group.next()
        group.cancelAll()
        guard let first else { throw CancellationError() }
        return first
    }
}
