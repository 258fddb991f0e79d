import Synchronization

/// What a run does at the moment that may take long: so that one that does not end can say what it waits for.
final class RunWatch: Sendable {
    /// A task that runs.
    struct RunningTask: Sendable {
        /// Its source or operator, and the partition or number.
        let name: String
        let signal: TaskSignal
        let calls: CallQueue

        /// What others wait for in this task; `nil` if it waits itself.
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

    // MARK: What is going on

    func begin(_ task: Int, _ running: RunningTask) { state.withLock { $0.tasks[task] = running } }

    func end(_ task: Int) { state.withLock { $0.tasks[task] = nil } }

    /// Runs `body`, which is called `name` where it does not end.
    func step<R>(_ name: @autoclosure () -> String, _ body: () async throws -> R) async rethrows -> R {
        let number = state.withLock { state in
            state.nextStep += 1
            state.steps[state.nextStep] = name()
            return state.nextStep
        }
        defer { state.withLock { $0.steps[number] = nil } }
        return try await body()
    }

    /// What the run waits for; of many things, the first.
    var holdUps: [String] {
        let (tasks, steps) = state.withLock { ($0.tasks, $0.steps) }
        let all =
            steps.sorted { $0.key < $1.key }.map(\.value)
            + tasks.sorted { $0.key < $1.key }.compactMap(\.value.holdUp)
        return all.count <= Self.named ? all : all.prefix(Self.named) + ["\(all.count - Self.named) more"]
    }

    private static let named = 8

    // MARK: The end

    /// The run is to end for good.
    func stop(_ now: Duration) {
        state.withLock { state in
            state.isStopping = true
            if state.endingSince == nil { state.endingSince = now }
        }
    }

    /// The attempt is to end: one of its tasks failed with `cause`, or `last`, its last checkpoint, is stored.
    func endAttempt(_ now: Duration, last: Manifest? = nil, cause: (any Error)? = nil) {
        state.withLock { state in
            state.last = last
            if state.cause == nil, !(cause is CancellationError) { state.cause = cause }
            if state.endingSince == nil { state.endingSince = now }
        }
    }

    /// All of the attempt's tasks have come back.
    func attemptEnded() {
        state.withLock { state in
            state.tasks = [:]
            state.last = nil
            state.cause = nil
            if !state.isStopping { state.endingSince = nil }
        }
    }

    /// When the end was first wanted that has not come.
    var endingSince: Duration? { state.withLock { $0.endingSince } }

    /// Why the attempt is to end, if something failed.
    var cause: (any Error)? { state.withLock { $0.cause } }

    /// The last checkpoint, if it is stored and only tasks do not come back.
    var last: Manifest? { state.withLock { $0.last } }
}
