import Logging

/// Tasks may see broadcast records of several partitions in different orders.
enum BroadcastAdvice {
    /// Says so at start, for each broadcast stream that comes out of several tasks.
    static func say(_ graph: ExecutionGraph, _ logger: Logger) {
        for node in graph.plan.operators where node.isBroadcast {
            let stages = graph.plan.stages(of: node)
            // One keyed stage has each key in one task, if it is keyed by what the table is.
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
