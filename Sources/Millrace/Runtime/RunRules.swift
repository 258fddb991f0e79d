/// Checks a pipeline and its options for contradictions, and describes a run for the log.
enum RunRules {
    static func check(_ plan: LogicalPlan, _ options: RunOptions) throws {
        if let problem = plan.problems.first {
            let more = plan.problems.count > 1 ? " (and \(plan.problems.count - 1) more)" : ""
            throw ConfigurationError("Pipeline '\(plan.name)': \(problem.message)\(more)", advice: problem.advice)
        }
        try checkSettings(options)
        try checkExactlyOnce(plan, options)
        try checkStateFolder(plan, options)
        guard let shared = plan.sharedSource else { return }
        if let stateful = plan.operators.first(where: { !$0.states.isEmpty }) {
            throw ConfigurationError(
                "Source '\(shared.id)' shares its partitions in a group, and operator '\(stateful.id)' has keyed state, which cannot move with them yet",
                advice: "Run one instance with all partitions (membership: .standalone), or leave out keyed state")
        }
        if let directory = options.checkpoints?.directory {
            throw ConfigurationError(
                "Source '\(shared.id)' shares its partitions in a group, which keeps the positions itself: the state folder \(directory) would not be used",
                advice: "Give checkpoints only an interval: .init(every:)")
        }
    }

    /// Checks that numbers are in their ranges.
    private static func checkSettings(_ options: RunOptions) throws {
        let budgets = 1...1 << 46
        guard budgets.contains(options.memoryBudget) else {
            throw ConfigurationError(
                "The memory budget is \(options.memoryBudget) bytes",
                advice: "Give memoryBudget between a byte and 64 TiB")
        }
        if case .tasks(let count) = options.parallelism, !(1...4096).contains(count) {
            throw ConfigurationError(
                "A keyed stage is to have \(count) tasks", advice: "Give parallelism between 1 and 4096")
        }
        let problems =
            GraphProblem.unmet(
                (
                    (1...1 << 15).contains(options.keyGroups), "The key space is to have \(options.keyGroups) groups",
                    "Give keyGroups between 1 and 32768"
                ),
                (
                    options.statusInterval > .zero, "The status is to be told every \(options.statusInterval)",
                    "Give statusInterval a time above zero"
                ),
                (
                    options.stopTimeout.map { $0 >= .zero } ?? true,
                    "A run may take \(options.stopTimeout ?? .zero) to end", "Give stopTimeout zero or more, or nil"
                ),
                (
                    options.channels.records >= 1 && options.channels.bytes >= 1,
                    "A channel holds \(options.channels.records) records or \(options.channels.bytes) bytes",
                    "Give channels one of each at least"
                )) + options.restart.problems + (options.checkpoints?.problems ?? [])
        guard let problem = problems.first else { return }
        throw ConfigurationError(problem.message, advice: problem.advice)
    }

    /// Checks that exactly-once delivery has a state folder where it needs one.
    private static func checkExactlyOnce(_ plan: LogicalPlan, _ options: RunOptions) throws {
        guard options.delivery == .exactlyOnce, options.checkpoints?.directory == nil else { return }
        let advice = "Give checkpoints a directory, or choose delivery at-least-once"
        if plan.keepsPositions, plan.sharedSource == nil,
            let stateful = plan.operators.first(where: { !$0.states.isEmpty })
        {
            throw ConfigurationError(
                "Exactly-once without a state folder: a restart would go on at the committed positions, without the state of operator '\(stateful.id)'",
                advice: advice)
        }
        if let output = plan.sharedOutputs.first,
            let forgetful = plan.stages.first(where: { $0.head.source.map { !$0.access.keepsPositions } ?? false })
        {
            throw ConfigurationError(
                "Exactly-once output to \(output.summary) without a state folder: source '\(forgetful.head.id)' does not remember where it was",
                advice: advice)
        }
    }

    /// Checks that sinks whose output is kept in the state folder until it is published have one.
    private static func checkStateFolder(_ plan: LogicalPlan, _ options: RunOptions) throws {
        guard options.checkpoints?.directory == nil,
            let sink = plan.operators.first(where: { $0.sink?.needsStateFolder ?? false })
        else { return }
        throw ConfigurationError(
            "Sink '\(sink.id)' (\(sink.detail)) keeps what is not published yet with the checkpoint, and this run has no state folder",
            advice: "Give checkpoints a directory; a table may be written with mode .upsert(keys:) instead")
    }

    static func announcement(_ pipeline: Pipeline, _ options: RunOptions) -> String {
        var parts = ["\(pipeline.name): delivery \(options.delivery)"]
        if let interval = options.interval(for: pipeline.plan) {
            let place = options.checkpoints?.directory.map { " in \($0)" } ?? ", positions kept by the source"
            parts.append("a checkpoint every \(interval)\(place)")
        } else {
            parts.append("no checkpoints")
        }
        return parts.joined(separator: ", ")
    }
}
