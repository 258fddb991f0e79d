/// The physical plan of one attempt: the logical plan expanded into tasks, with the channels between them.
///
/// `@unchecked Sendable`: never changed after `init`.
final class ExecutionGraph: @unchecked Sendable {
    let plan: LogicalPlan
    let keyGroups: Int
    let taskCounts: [Int]
    let partitions: [[PartitionID]]
    let signals: [TaskSignal]
    let tasks: [TaskID]
    /// For each stage, an inbox for each of its tasks; none for source stages.
    let inboxes: [[Inbox]]
    let order: [Int]
    private let firstTask: [Int]
    /// Whether there are more source tasks than processors.
    let isCrowded: Bool

    /// Stages that have as many tasks as in the checkpoint, instead of the number wanted.
    let kept: [(stage: String, tasks: Int, wanted: Int)]

    init(_ plan: LogicalPlan, partitions: [[PartitionID]], options: RunOptions, restored: Manifest?) {
        let keyGroups = restored?.keyGroups ?? options.keyGroups
        self.plan = plan
        self.keyGroups = keyGroups
        self.partitions = partitions
        order = plan.order
        let sourceTasks = partitions.reduce(0) { $0 + $1.count }
        isCrowded = sourceTasks > ExecutionGraph.processors
        let keyedTasks: Int
        switch options.parallelism {
        case .perPartition: keyedTasks = min(max(sourceTasks, 1), keyGroups, ExecutionGraph.processors)
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
