import Synchronization

/// Runs a task's external calls (look-ups, batches) as child tasks, so that they end with it.
final class CallQueue: Sendable {
    private struct State {
        var calls: [@Sendable () async -> Void] = []
        var isClosed = false
        /// The number of calls in flight, by operator.
        var underWay: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let signal = TaskSignal()

    /// Runs a call of an operator concurrently to the task. It is cancelled when the task ends.
    func add(of operatorID: String, _ call: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.calls.append { [self] in
                await call()
                noteEnd(of: operatorID)
            }
            state.underWay[operatorID, default: 0] += 1
        }
        signal.wake()
    }

    private func noteEnd(of operatorID: String) {
        state.withLock { state in
            let left = (state.underWay[operatorID] ?? 1) - 1
            state.underWay[operatorID] = left == 0 ? nil : left
        }
    }

    /// The number of calls that are queued or in flight, by operator.
    var underWay: [String: Int] { state.withLock { $0.underWay } }

    /// Runs calls until the queue is closed and all calls have returned.
    func serve() async {
        await withDiscardingTaskGroup { group in
            while true {
                let (calls, isClosed) = state.withLock { state in
                    defer { state.calls = [] }
                    return (state.calls, state.isClosed)
                }
                for call in calls { group.addTask(operation: call) }
                if isClosed { return }
                if calls.isEmpty { await signal.wait() }
            }
        }
    }

    /// Closes the queue: no call follows.
    func close() {
        state.withLock { $0.isClosed = true }
        signal.wake()
    }
}

extension TaskContext {
    /// Runs `body`, and the operators' calls concurrently to it. Calls that are in flight or waiting for a retry when
    /// `body` ends are cancelled; the stored positions say that their records are not done.
    func whileServingCalls(_ body: () async throws -> Void) async throws {
        guard mayWait else { return try await body() }
        let calls = calls
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await calls.serve() }
            defer {
                group.cancelAll()
                calls.close()
            }
            try await body()
        }
    }
}
