import Logging

/// Warns about broadcast streams with several producing tasks, whose records may reach tasks in different orders.
enum BroadcastAdvice {
    /// Logs a notice at start for each broadcast stream that is produced by several tasks.
    static func say(_ graph: ExecutionGraph, _ logger: Logger) {
        for node in graph.plan.operators where node.isBroadcast {
            let stages = graph.plan.stages(of: node)
            // A single keyed stage has each key in one task, if it is keyed in the same way as the table.
            if stages.count == 1, graph.plan.stages[stages[0]].head.source == nil { continue }
            let tasks = stages.reduce(0) { $0 + graph.taskCounts[$1] }
            guard tasks > 1 else { continue }
            let heads = stages.map { "'\(graph.plan.stages[$0].head.id)'" }.joined(separator: ", ")
            logger.notice(
                "the broadcast stream behind \(heads) comes out of \(tasks) tasks: records with one key of its table have to come from one of them, or tasks may end up with different tables. Key it before it is broadcast, or write each key to one partition"
            )
        }
    }
}
