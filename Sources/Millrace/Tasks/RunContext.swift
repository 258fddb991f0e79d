import Synchronization

/// The state that all tasks of one attempt share.
@usableFromInline
final class RunContext: Sendable {
    let graph: ExecutionGraph
    let options: RunOptions
    let store: CheckpointStore?
    let horizon: CommitHorizon
    /// The checkpoint that the attempt is restored from.
    let restored: Manifest?
    let catalogue: StateCatalogue
    let control: RunControl
    /// The watermarks of aligned source tasks.
    let board: WatermarkBoard
    /// The outputs that sinks share.
    let outputs: [any SharedOutput]
    /// The clock for processing time.
    let processing: ProcessingClock
    /// The run as described to sinks.
    let sinkRun: SinkRun
    /// The identity of the state folder.
    var folder: String { sinkRun.folder }
    var crash: CrashSwitch { options.crash }

    init(
        graph: ExecutionGraph, options: RunOptions, store: CheckpointStore?, restored: Manifest?,
        catalogue: StateCatalogue, control: RunControl, outputs: [any SharedOutput], sinkRun: SinkRun,
        numberedAfter last: CheckpointNumber
    ) {
        lastCheckpoint = last
        self.outputs = outputs
        self.sinkRun = sinkRun
        self.graph = graph
        self.options = options
        self.store = store
        self.restored = restored
        self.catalogue = catalogue
        self.control = control
        board = WatermarkBoard(
            tasks: graph.tasks.filter { graph.plan.stages[$0.stage].head.source?.watermarks.alignment != nil }
                .map(\.number))
        processing = ProcessingClock(
            options.clock, stored: restored?.processingTime.map { Timestamp(milliseconds: $0) }, logger: options.logger)
        horizon = CommitHorizon(last)
    }

    /// Whether there are more source tasks than threads, so that each has to yield for the others to answer barriers.
    /// (Tasks do not yield otherwise: where the threads suffice, a yield may leave one of them asleep permanently.)
    var isCrowded: Bool { graph.isCrowded }

    /// The checkpoint after which checkpoints are numbered: the restored one; without a state folder, the last one that
    /// an earlier attempt of this process began to store, so that no number is used for output twice.
    let lastCheckpoint: CheckpointNumber

    /// The channels from a task to each task of a keyed stage.
    func channels(from task: TaskID, to head: OperatorNode) -> [(inbox: Inbox, sender: Int)] {
        graph.channels(from: task, to: graph.plan.stage(of: head))
    }

    func assignment(of head: OperatorNode) -> KeyGroupAssignment {
        KeyGroupAssignment(groups: graph.keyGroups, tasks: graph.taskCounts[graph.plan.stage(of: head)])
    }

    func checkNotAborted() throws {
        if control.isAborted { throw CancellationError() }
    }

    func handIn(_ snapshot: TaskSnapshot) { control.post(.handedIn(snapshot)) }

    /// The output whose commit decides whether a checkpoint counts.
    var transactionalOutput: (any SharedOutput)? { outputs.first { $0.isTransactional } }

    /// The time between two checkpoints.
    var interval: Duration? { options.interval(for: graph.plan) }

    func noteEnded(_ task: TaskID) { control.post(.ended(task)) }

    func requestCheckpoint() { control.post(.checkpointWanted) }

    /// Returns an error with its operator, partition and position.
    func located(_ error: any Error, _ context: TaskContext) -> any Error {
        if error is CancellationError || error is PipelineError || crash.caused(error) { return error }
        let failure = error as? OperatorFailure
        let origin = context.origin
        let head = graph.plan.stages[context.task.stage].head
        return PipelineError.failed(
            operatorID: failure?.operatorID ?? head.id, partition: origin.partition, position: origin.position,
            cause: failure?.cause ?? error)
    }
}

/// The communication between the coordinator and the tasks.
final class RunControl: Sendable {
    /// A report of a task.
    enum Event: Sendable {
        case handedIn(TaskSnapshot)
        case ended(TaskID)
        case checkpointWanted
        case stopRequested
    }

    private struct State {
        var events: [Event] = []
        var barrier: Barrier?
        var isStopping = false
        var isAborted = false
        var signals: [TaskSignal] = []
    }

    private let state = Mutex(State())
    /// The number of tasks that are short of memory.
    private let blockedTasks = Atomic(0)
    let coordinator = TaskSignal()

    /// Sets the signals of all tasks, to wake them for a barrier or the end.
    func attach(_ signals: [TaskSignal]) { state.withLock { $0.signals = signals } }

    func post(_ event: Event) {
        state.withLock { $0.events.append(event) }
        coordinator.wake()
    }

    func takeEvents() -> [Event] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// The barrier that source tasks have to answer.
    var barrier: Barrier? { state.withLock { $0.barrier } }
    /// Whether source tasks have stopped reading.
    var isStopping: Bool { state.withLock { $0.isStopping } }
    /// Whether the attempt has failed, and every task ends at once.
    var isAborted: Bool { state.withLock { $0.isAborted } }

    func set(_ barrier: Barrier) {
        state.withLock { state in
            state.barrier = barrier
            if barrier.isFinal { state.isStopping = true }
        }
        wakeAll()
    }

    func abort() {
        state.withLock { $0.isAborted = true }
        wakeAll()
    }

    /// Whether a task is short of memory, so that source tasks stop reading until it has room again.
    var isHeldBack: Bool { blockedTasks.load(ordering: .relaxed) > 0 }

    /// Makes the source tasks wait.
    func holdBack() { blockedTasks.add(1, ordering: .relaxed) }

    /// Ends the wait that this task has caused.
    func goOn() {
        blockedTasks.subtract(1, ordering: .relaxed)
        wakeAll()
    }

    /// A checkpoint was stored: tasks that wait for memory check again.
    func noteStored() { if isHeldBack { wakeAll() } }

    private func wakeAll() {
        for signal in state.withLock({ $0.signals }) { signal.wake() }
        coordinator.wake()
    }
}
