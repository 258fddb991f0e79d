/// The commit protocol as a pure state machine: what has happened goes in, what is to be done comes out. One
/// checkpoint at a time; its steps are the cases of `Phase`.
struct CheckpointProtocol: Sendable, Equatable {
    /// The steps.
    enum Phase: Sendable, Equatable {
        /// No checkpoint under way.
        case idle
        /// Barriers are on their way; these tasks have not handed in.
        case collecting(Barrier, missing: Set<Int>)
        /// All have handed in; the writer stores it.
        case storing(Barrier, attempt: Int)
        /// Storing failed; to be tried again at a time.
        case waiting(Barrier, attempt: Int, until: Duration)
        /// The last checkpoint is stored.
        case finished(Barrier)
        /// Storing failed too often.
        case failed(Barrier, attempts: Int)
    }

    /// What to do.
    enum Action: Sendable, Equatable {
        /// Tell the source tasks.
        case sendBarriers(Barrier)
        /// Store what was handed in.
        case store(Barrier)
        /// Nothing now.
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
    ///   - sources: the tasks that read.
    ///   - endOfInput: whether the run is complete then.
    ///   - endsBySources: the run is over when all of these have ended; if not, only when it is stopped.
    ///   - interval: between two checkpoints; `nil`: only the last one is taken.
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

    /// A task wants a checkpoint soon.
    mutating func want() { isWanted = true }

    /// The run is to end with a last checkpoint.
    mutating func stop() {
        stopRequested = true
        // Nobody waits for long now.
        if case .waiting(let barrier, let attempt, _) = phase {
            phase = .waiting(barrier, attempt: attempt, until: .zero)
        }
    }

    /// A source task has read its partition to the end.
    mutating func sourceEnded(_ task: Int) { running.remove(task) }

    /// A task has handed in its part of a checkpoint.
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

    /// The writer could not, and is to try again after `delay`; `nil`: no more.
    mutating func storingFailed(now: Duration, again delay: Duration?) {
        guard case .storing(let barrier, let attempt) = phase else { return }
        guard let delay else {
            phase = .failed(barrier, attempts: attempt)
            return
        }
        phase = .waiting(barrier, attempt: attempt, until: now + (stopRequested ? min(delay, Self.lastPause) : delay))
    }

    /// The most that is waited between two attempts when the run is to end.
    private static let lastPause = Duration.seconds(1)

    /// What is to be done now.
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

    /// When to ask again if nothing happens before.
    var deadline: Duration? {
        switch phase {
        case .idle: interval == nil ? nil : nextAt
        case .waiting(_, _, let until): until
        default: nil
        }
    }
}
