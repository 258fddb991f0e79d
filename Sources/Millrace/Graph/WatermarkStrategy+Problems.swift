extension WatermarkStrategy {
    var problems: [GraphProblem] {
        GraphProblem.unmet(
            (
                boundMilliseconds >= 0, "records out of order by \(boundMilliseconds) ms",
                "Give .boundedOutOfOrder(by:) zero or more"
            ),
            (
                idleTimeout.map { $0 > .zero } ?? true, "a partition is idle after \(idleTimeout ?? .zero)",
                "Give idleTimeout: a time above zero, or none"
            ),
            (
                idleTimeout != nil || whenIdle == .stands,
                "whenIdle says what becomes of time in idle partitions, and none is ever idle",
                "Say after how long one is: idleTimeout"
            ),
            (
                alignment.map { $0 >= .zero } ?? true, "partitions aligned within \(alignment ?? .zero)",
                "Give .aligned(within:) zero or more"
            ))
    }
}
