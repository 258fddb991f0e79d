import Synchronization

/// What all tasks of one attempt share.
@usableFromInline
final class RunContext: Sendable {
    let plan: PlannedRun
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
        plan: PlannedRun, options: RunOptions, store: CheckpointStore?, restored: Manifest?,
        catalogue: StateCatalogue, control: RunControl, outputs: [any SharedOutput], sinkRun: SinkRun,
        numberedAfter last: CheckpointNumber
    ) {
        lastCheckpoint = last
        self.outputs = outputs
        self.sinkRun = sinkRun
        self.plan = plan
        self.options = options
        self.store = store
        self.restored = restored
        self.catalogue = catalogue
        self.control = control
        board = WatermarkBoard(
            tasks: plan.tasks.filter { plan.plan.stages[$0.stage].head.source?.watermarks.alignment != nil }
                .map(\.number))
        processing = ProcessingClock(
            options.clock, stored: restored?.processingTime.map { Timestamp(milliseconds: $0) }, logger: options.logger)
        horizon = CommitHorizon(last)
    }

    /// Source tasks alone are more than the threads: each has to give up its turn for the others to answer barriers.
    /// (Not done without need: where the threads suffice, giving up a turn lets one of them go to sleep for good.)
    var isCrowded: Bool { plan.isCrowded }

    /// Checkpoints are numbered from here on: the one that is restored; without a state folder the last that an earlier
    /// attempt of this process began to store, so that no output comes twice under a number.
    let lastCheckpoint: CheckpointNumber

    /// The channels from a task to the tasks of a keyed stage, one each.
    func channels(from task: TaskID, to head: OperatorNode) -> [(inbox: Inbox, sender: Int)] {
        plan.channels(from: task, to: plan.plan.stage(of: head))
    }

    func assignment(of head: OperatorNode) -> KeyGroupAssignment {
        KeyGroupAssignment(groups: plan.keyGroups, tasks: plan.taskCounts[plan.plan.stage(of: head)])
    }

    func checkNotAborted() throws {
        if control.isAborted { throw CancellationError() }
    }

    func handIn(_ snapshot: TaskSnapshot) { control.post(.handedIn(snapshot)) }

    /// The output whose commit decides on a checkpoint.
    var transactionalOutput: (any SharedOutput)? { outputs.first { $0.isTransactional } }

    /// Time between two checkpoints.
    var interval: Duration? { options.interval(for: plan.plan) }

    func noteEnded(_ task: TaskID) { control.post(.ended(task)) }

    func requestCheckpoint() { control.post(.checkpointWanted) }

    /// An error with its place: operator, partition, position.
    func located(_ error: any Error, _ context: TaskContext) -> any Error {
        if error is CancellationError || error is PipelineError || crash.caused(error) { return error }
        let failure = error as? OperatorFailure
        let origin = context.origin
        let head = plan.plan.stages[context.task.stage].head
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
        var isDraining = false
        var isAborted = false
        var signals: [TaskSignal] = []
    }

    private let state = Mutex(State())
    private let holders = Atomic(0)
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
    var isDraining: Bool { state.withLock { $0.isDraining } }
    /// The attempt is over: every task ends as it is.
    var isAborted: Bool { state.withLock { $0.isAborted } }

    func set(_ barrier: Barrier) {
        state.withLock { state in
            state.barrier = barrier
            if barrier.isFinal { state.isDraining = true }
        }
        wakeAll()
    }

    func abort() {
        state.withLock { $0.isAborted = true }
        wakeAll()
    }

    /// Some task is short of memory: source tasks read no more until it lets them.
    var isHeldBack: Bool { holders.load(ordering: .relaxed) > 0 }

    /// Has the source tasks wait.
    func holdBack() { holders.add(1, ordering: .relaxed) }

    /// Lets them go on, as far as this task is concerned.
    func goOn() {
        holders.subtract(1, ordering: .relaxed)
        wakeAll()
    }

    /// A checkpoint was stored: who waits for that looks again.
    func noteStored() { if isHeldBack { wakeAll() } }

    private func wakeAll() {
        for signal in state.withLock({ $0.signals }) { signal.wake() }
        coordinator.wake()
    }
}

/// A plan with its tasks and channels for one attempt.
///
/// `@unchecked Sendable`: never changed after `init`.
final class PlannedRun: @unchecked Sendable {
    let plan: PipelinePlan
    let keyGroups: Int
    let taskCounts: [Int]
    let partitions: [[PartitionID]]
    let signals: [TaskSignal]
    let tasks: [TaskID]
    /// For each stage, an inbox for each of its tasks; none for source stages.
    let inboxes: [[Inbox]]
    let order: [Int]
    private let firstTask: [Int]
    /// More source tasks than processors.
    let isCrowded: Bool

    /// Stages that have as many tasks as in the checkpoint, and not as many as they were to have.
    let kept: [(stage: String, tasks: Int, wanted: Int)]

    init(_ plan: PipelinePlan, partitions: [[PartitionID]], options: RunOptions, restored: Manifest?) {
        let keyGroups = restored?.keyGroups ?? options.keyGroups
        self.plan = plan
        self.keyGroups = keyGroups
        self.partitions = partitions
        order = plan.order
        let sourceTasks = partitions.reduce(0) { $0 + $1.count }
        isCrowded = sourceTasks > PlannedRun.processors
        let keyedTasks: Int
        switch options.parallelism {
        case .perPartition: keyedTasks = min(max(sourceTasks, 1), keyGroups, PlannedRun.processors)
        case .tasks(let count): keyedTasks = min(max(count, 1), keyGroups)
        }
        taskCounts = plan.stages.indices.map { stage in
            let head = plan.stages[stage].head
            if head.source != nil { return partitions[stage].count }
            return restored?.tasks(ofStage: head.id, wanted: keyedTasks) ?? keyedTasks
        }
        kept = zip(plan.stages, taskCounts).filter { $0.head.source == nil && $1 != keyedTasks }.map {
            ($0.head.id, $1, keyedTasks)
        }
        var first: [Int] = []
        var tasks: [TaskID] = []
        for (stage, count) in taskCounts.enumerated() {
            first.append(tasks.count)
            for index in 0..<count { tasks.append(TaskID(stage: stage, index: index, number: tasks.count)) }
        }
        firstTask = first
        self.tasks = tasks
        let signals = tasks.map { _ in TaskSignal() }
        self.signals = signals
        inboxes = plan.stages.indices.map { [taskCounts] stage in
            guard plan.stages[stage].head.keyed != nil else { return [] }
            let senders = plan.stages[stage].feeders.flatMap { feeder in
                (0..<taskCounts[feeder]).map { signals[first[feeder] + $0] }
            }
            return (0..<taskCounts[stage]).map {
                Inbox(senders: senders, receiver: signals[first[stage] + $0], limits: options.channels)
            }
        }
    }

    private static var processors: Int { max(processorCount(), 1) }

    func senders(of stage: Int) -> Int { plan.stages[stage].feeders.reduce(0) { $0 + taskCounts[$1] } }

    func channels(from task: TaskID, to stage: Int) -> [(inbox: Inbox, sender: Int)] {
        var sender = 0
        for feeder in plan.stages[stage].feeders {
            if feeder == task.stage { break }
            sender += taskCounts[feeder]
        }
        return inboxes[stage].map { ($0, sender + task.index) }
    }

    func tasks(of task: TaskID) -> Int { taskCounts[task.stage] }
}
