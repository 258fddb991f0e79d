import Synchronization

/// What all tasks of one attempt share.
@usableFromInline
final class RunContext: Sendable {
    let graph: ExecutionGraph
    let options: RunOptions
    let store: CheckpointStore?
    let horizon: CommitHorizon
    /// What the attempt starts from.
    let restored: Manifest?
    let catalogue: StateCatalogue
    let control: RunControl
    /// How far aligned source tasks are.
    let board: WatermarkBoard
    /// What sinks write through together.
    let outputs: [any SharedOutput]
    /// Processing time.
    let processing: ProcessingClock
    /// The run as sinks are told of it.
    let sinkRun: SinkRun
    /// The state folder's identity.
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

    /// Source tasks alone are more than the threads: each has to give up its turn for the others to answer barriers.
    /// (Not done without need: where the threads suffice, giving up a turn lets one of them go to sleep for good.)
    var isCrowded: Bool { graph.isCrowded }

    /// Checkpoints are numbered from here on: the one that is restored; without a state folder the last that an earlier
    /// attempt of this process began to store, so that no output comes twice under a number.
    let lastCheckpoint: CheckpointNumber

    /// The channels from a task to the tasks of a keyed stage, one each.
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

    /// The output whose commit decides on a checkpoint.
    var transactionalOutput: (any SharedOutput)? { outputs.first { $0.isTransactional } }

    /// Time between two checkpoints.
    var interval: Duration? { options.interval(for: graph.plan) }

    func noteEnded(_ task: TaskID) { control.post(.ended(task)) }

    func requestCheckpoint() { control.post(.checkpointWanted) }

    /// An error with its place: operator, partition, position.
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

/// What the coordinator and the tasks say to each other.
final class RunControl: Sendable {
    /// What tasks report.
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
    /// Tasks that are short of memory.
    private let blockedTasks = Atomic(0)
    let coordinator = TaskSignal()

    /// The signals of all tasks, to wake them for a barrier or the end.
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
    /// Source tasks read no more.
    var isStopping: Bool { state.withLock { $0.isStopping } }
    /// The attempt is over: every task ends as it is.
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

    /// Some task is short of memory: source tasks read no more until it lets them.
    var isHeldBack: Bool { blockedTasks.load(ordering: .relaxed) > 0 }

    /// Has the source tasks wait.
    func holdBack() { blockedTasks.add(1, ordering: .relaxed) }

    /// Lets them go on, as far as this task is concerned.
    func goOn() {
        blockedTasks.subtract(1, ordering: .relaxed)
        wakeAll()
    }

    /// A checkpoint was stored: who waits for that looks again.
    func noteStored() { if isHeldBack { wakeAll() } }

    private func wakeAll() {
        for signal in state.withLock({ $0.signals }) { signal.wake() }
        coordinator.wake()
    }
}
