import Synchronization

/// Tracks what a run is waiting for, so that a run that does not end can report it.
final class RunWatch: Sendable {
    /// A running task.
    struct RunningTask: Sendable {
        /// Its source or operator, and its partition or number.
        let name: String
        let signal: TaskSignal
        let calls: CallQueue

        /// The calls or the work of the task that a run waits for; `nil` if the task itself is waiting.
        var holdUp: String? {
            let underWay = calls.underWay.sorted { $0.key < $1.key }.map {
                "\($0.value) call\($0.value == 1 ? "" : "s") of operator '\($0.key)' (in \(name))"
            }
            if !underWay.isEmpty { return underWay.joined(separator: ", ") }
            return signal.isWaiting ? nil : "\(name), which is at work"
        }
    }

    private struct State {
        var tasks: [Int: RunningTask] = [:]
        var steps: [Int: String] = [:]
        var nextStep = 0
        var endingSince: Duration?
        var isStopping = false
        var last: Manifest?
        var cause: (any Error)?
    }

    private let state = Mutex(State())

    // MARK: Tasks and steps

    func begin(_ task: Int, _ running: RunningTask) { state.withLock { $0.tasks[task] = running } }

    func end(_ task: Int) { state.withLock { $0.tasks[task] = nil } }

    /// Runs `body`, which is reported as `name` if it does not end.
    func step<R>(_ name: @autoclosure () -> String, _ body: () async throws -> R) async rethrows -> R {
        let number = state.withLock { state in
            state.nextStep += 1
            state.steps[state.nextStep] = name()
            return state.nextStep
        }
        defer { state.withLock { $0.steps[number] = nil } }
        return try await body()
    }

    /// What the run is waiting for: the first `named` of them, and how many others.
    var holdUps: [String] {
        let (tasks, steps) = state.withLock { ($0.tasks, $0.steps) }
        let all =
            steps.sorted { $0.key < $1.key }.map(\.value)
            + tasks.sorted { $0.key < $1.key }.compactMap(\.value.holdUp)
        return all.count <= Self.named ? all : all.prefix(Self.named) + ["\(all.count - Self.named) more"]
    }

    private static let named = 8

    // MARK: The end

    /// The run is to end, without further attempts.
    func stop(_ now: Duration) {
        state.withLock { state in
            state.isStopping = true
            if state.endingSince == nil { state.endingSince = now }
        }
    }

    /// The attempt is to end: one of its tasks has failed with `cause`, or its last checkpoint, `last`, is stored.
    func endAttempt(_ now: Duration, last: Manifest? = nil, cause: (any Error)? = nil) {
        state.withLock { state in
            state.last = last
            if state.cause == nil, !(cause is CancellationError) { state.cause = cause }
            if state.endingSince == nil { state.endingSince = now }
        }
    }

    /// All tasks of the attempt have returned.
    func attemptEnded() {
        state.withLock { state in
            state.tasks = [:]
            state.last = nil
            state.cause = nil
            if !state.isStopping { state.endingSince = nil }
        }
    }

    /// When the end was first requested; `nil` if no end is pending.
    var endingSince: Duration? { state.withLock { $0.endingSince } }

    /// The failure because of which the attempt is to end.
    var cause: (any Error)? { state.withLock { $0.cause } }

    /// The last checkpoint, if it is stored and only tasks have not returned.
    var last: Manifest? { state.withLock { $0.last } }
}
