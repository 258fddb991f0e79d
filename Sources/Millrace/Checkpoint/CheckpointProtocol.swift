/// The commit protocol as a pure state machine: events go in, actions come out. There is one checkpoint at a time; its
/// steps are the cases of `Phase`.
struct CheckpointProtocol: Sendable, Equatable {
    /// The state of the current checkpoint.
    enum Phase: Sendable, Equatable {
        /// No checkpoint is in progress.
        case idle
        /// Barriers have been sent; the tasks in `missing` have not delivered their snapshots yet.
        case collecting(Barrier, missing: Set<Int>)
        /// All snapshots have arrived, and the writer is storing the checkpoint.
        case storing(Barrier, attempt: Int)
        /// Storing failed and is retried at `until`.
        case waiting(Barrier, attempt: Int, until: Duration)
        /// The last checkpoint of the attempt is stored.
        case finished(Barrier)
        /// Storing failed, and no further attempt is allowed.
        case failed(Barrier, attempts: Int)
    }

    /// An action for the coordinator.
    enum Action: Sendable, Equatable {
        /// Send the barrier to the source tasks.
        case sendBarriers(Barrier)
        /// Store the snapshots of the tasks.
        case store(Barrier)
        /// Nothing to do now.
        case none
    }

    private(set) var phase: Phase = .idle
    private var last: CheckpointNumber
    private let tasks: Set<Int>
    private var running: Set<Int>
    private let interval: Duration?
    private let endsBySources: Bool
    private let endOfInput: EndOfInput
    private var nextAt: Duration
    private var isWanted = false
    private var stopRequested = false

    /// - Parameters:
    ///   - last: the checkpoint after which checkpoints are numbered.
    ///   - tasks: the numbers of all tasks.
    ///   - sources: the numbers of the source tasks.
    ///   - endsBySources: whether the run ends when all source tasks have ended; if false, only when it is stopped.
    ///   - endOfInput: whether the run is complete when it ends that way.
    ///   - interval: the time between two checkpoints; `nil`: only the last one is taken.
    init(
        after last: CheckpointNumber, tasks: Set<Int>, sources: Set<Int>, endsBySources: Bool = true,
        endOfInput: EndOfInput = .complete,
        interval: Duration?, now: Duration
    ) {
        self.endsBySources = endsBySources
        self.endOfInput = endOfInput
        self.last = last
        self.tasks = tasks
        running = sources
        self.interval = interval
        nextAt = now + (interval ?? .zero)
    }

    /// A task requests a checkpoint before its time.
    mutating func want() { isWanted = true }

    /// The run is to end with a last checkpoint.
    mutating func stop() {
        stopRequested = true
        // A run that is to end retries at once.
        if case .waiting(let barrier, let attempt, _) = phase {
            phase = .waiting(barrier, attempt: attempt, until: .zero)
        }
    }

    /// A source task has read its partition to the end.
    mutating func sourceEnded(_ task: Int) { running.remove(task) }

    /// A task has delivered its snapshot for a checkpoint.
    mutating func handIn(_ task: Int, _ checkpoint: CheckpointNumber) {
        guard case .collecting(let barrier, var missing) = phase, barrier.checkpoint == checkpoint else { return }
        missing.remove(task)
        phase = .collecting(barrier, missing: missing)
    }

    /// The writer has stored the checkpoint and published its output.
    mutating func stored(now: Duration) {
        guard case .storing(let barrier, _) = phase else { return }
        last = barrier.checkpoint
        phase = barrier.isFinal ? .finished(barrier) : .idle
        if let interval { nextAt = max(nextAt + interval, now) }
    }

    /// The writer could not store the checkpoint. It is retried after `delay`; `nil`: it is not retried.
    mutating func storingFailed(now: Duration, again delay: Duration?) {
        guard case .storing(let barrier, let attempt) = phase else { return }
        guard let delay else {
            phase = .failed(barrier, attempts: attempt)
            return
        }
        phase = .waiting(barrier, attempt: attempt, until: now + (stopRequested ? min(delay, Self.lastPause) : delay))
    }

    /// The longest pause between two attempts while the run is stopping.
    private static let lastPause = Duration.seconds(1)

    /// Returns the action to take now, and moves to the phase in which it is in progress.
    mutating func next(now: Duration) -> Action {
        switch phase {
        case .idle:
            let isOver = endsBySources && running.isEmpty
            let ends = stopRequested || isOver
            let isDue = interval != nil && (now >= nextAt || isWanted)
            guard ends || isDue else { return .none }
            let barrier = Barrier(checkpoint: last.next, isFinal: ends, isEndOfInput: isOver && endOfInput == .complete)
            isWanted = false
            phase = .collecting(barrier, missing: tasks)
            return .sendBarriers(barrier)
        case .collecting(let barrier, let missing):
            guard missing.isEmpty else { return .none }
            phase = .storing(barrier, attempt: 1)
            return .store(barrier)
        case .waiting(let barrier, let attempt, let until):
            guard now >= until else { return .none }
            phase = .storing(barrier, attempt: attempt + 1)
            return .store(barrier)
        case .storing, .finished, .failed:
            return .none
        }
    }

    /// When to call `next` again if no event comes before.
    var deadline: Duration? {
        switch phase {
        case .idle: interval == nil ? nil : nextAt
        case .waiting(_, _, let until): until
        default: nil
        }
    }
}
