extension Stream {
    /// Gives records their event time where it is known only here: behind what parses or unpacks them.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs"))
    ///     .map(onError: .skip) { try Entry(parsing: $0) }
    ///     .assigningEventTime(\.at, watermarks: .boundedOutOfOrder(by: .seconds(10)))
    ///     .keyed(by: \.host).window(.tumbling(of: .minutes(1))).aggregate(Count())
    /// ```
    ///
    /// It stands between a source that was declared without event time and whatever keeps records: behind `map`, `filter`,
    /// `flatMap`, `compactMap`, `asyncMap`, `merge` and `split`, once on the way from each source. Watermarks are made per
    /// partition of the source, from the times given here. Streams that part from this one before are in processing time,
    /// and have this one's watermarks.
    ///
    /// Restart: each partition goes on with the watermark that its checkpoint has.
    ///
    /// - Parameters:
    ///   - eventTime: when a record happened; `nil` if it has no time.
    ///   - watermarks: how event-time progress follows from the records of a partition.
    ///   - missingEventTime: what becomes of records without a time.
    @inlinable
    public func assigningEventTime(
        _ eventTime: @escaping @Sendable (Record) -> Timestamp?, watermarks: WatermarkStrategy,
        missingEventTime: ErrorPolicy<Record> = .fail
    ) -> Stream<Record> {
        let result: Stream<Record> = attach(
            "event time", detail: watermarks.description, flow: .kept, onError: missingEventTime
        ) { context, _, failures, next in
            let results = PushBuffer(next)
            return Push { records, times, count in
                results.reserve(count)
                for index in 0..<count {
                    let time = eventTime(records[index]) ?? .distantPast
                    if time == .distantPast {
                        try failures.handle(MissingEventTime(), records[index], times[index])
                    } else {
                        if time.milliseconds > context.assignedTime { context.assignedTime = time.milliseconds }
                        results.append(records[index], time)
                    }
                }
                try results.flush()
            }
        }
        result.node.producer.refuse(node.producer.assignEventTime(watermarks))
        return result
    }

    /// The same for records that all have a time.
    @inlinable
    public func assigningEventTime(
        _ eventTime: @escaping @Sendable (Record) -> Timestamp, watermarks: WatermarkStrategy
    ) -> Stream<Record> {
        assigningEventTime({ Optional(eventTime($0)) }, watermarks: watermarks, missingEventTime: .fail)
    }
}

extension OperatorNode {
    /// The sources behind this operator get their event time from one that follows it; what speaks against that.
    @usableFromInline
    func assignEventTime(_ watermarks: WatermarkStrategy) -> [GraphProblem] {
        var (sources, problems): ([OperatorNode], [GraphProblem]) = ([], [])
        func visit(_ node: OperatorNode) {
            if node.source != nil {
                if !sources.contains(where: { $0 === node }) { sources.append(node) }
            } else if node.flow != .kept {
                for input in node.inputs { visit(input.from) }
            } else {
                problems.append(
                    GraphProblem(
                        "event time is assigned behind '\(node.id)' (\(node.kind))",
                        advice: "Assign it between the source and whatever keys or keeps records"))
            }
        }
        visit(self)
        return problems + sources.flatMap { $0.takeEventTime(watermarks) }
    }

    private func takeEventTime(_ watermarks: WatermarkStrategy) -> [GraphProblem] {
        guard let stage = source else { return [] }
        if stage.hasEventTime {
            return [
                GraphProblem(
                    "source '\(id)' gives its records event times already",
                    advice: "Leave out eventTime: and watermarks: there, or assign event time once")
            ]
        }
        setSource(stage.assigning(watermarks))
        return []
    }
}
