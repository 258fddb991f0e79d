extension Stream {
    /// Assigns event times to records, for sources whose records get their event time only after parsing.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs"))
    ///     .map(onError: .skip) { try Entry(parsing: $0) }
    ///     .assigningEventTime(\.at, watermarks: .boundedOutOfOrder(by: .seconds(10)))
    ///     .keyed(by: \.host).window(.tumbling(of: .minutes(1))).aggregate(Count())
    /// ```
    ///
    /// The source must be declared without event time. Between the source and this operator only `map`, `filter`,
    /// `flatMap`, `compactMap`, `asyncMap`, `merge` and `split` are allowed, and each source can have only one such
    /// operator downstream. Otherwise `run` throws a ``ConfigurationError``.
    ///
    /// Watermarks are computed per partition of the source, from the times assigned here. Streams that branch off
    /// upstream of this operator keep the time at which their records were read, and have the same watermarks.
    ///
    /// Restart: the watermark of each partition is restored from the checkpoint.
    ///
    /// - Parameters:
    ///   - eventTime: returns when a record happened, or `nil` if it has no time.
    ///   - watermarks: how the watermark of a partition follows from its records.
    ///   - missingEventTime: what happens to a record for which `eventTime` returns `nil`. Default: the run fails with
    ///     ``MissingEventTime``.
    /// - Returns: the same records with the assigned times.
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

    /// Assigns event times to records that all have one.
    ///
    /// As `assigningEventTime(_:watermarks:missingEventTime:)`, which describes where the operator may be placed.
    ///
    /// ```swift
    /// graph.source(.lines(in: "departures"))
    ///     .map(onError: .skip) { try Departure(parsing: $0) }
    ///     .assigningEventTime(\.time, watermarks: .boundedOutOfOrder(by: .minutes(1)))
    /// ```
    ///
    /// - Parameters:
    ///   - eventTime: returns when a record happened.
    ///   - watermarks: how the watermark of a partition follows from its records.
    /// - Returns: the same records with the assigned times.
    @inlinable
    public func assigningEventTime(
        _ eventTime: @escaping @Sendable (Record) -> Timestamp, watermarks: WatermarkStrategy
    ) -> Stream<Record> {
        assigningEventTime({ Optional(eventTime($0)) }, watermarks: watermarks, missingEventTime: .fail)
    }
}

extension OperatorNode {
    /// Tells the sources upstream of this operator that a downstream operator assigns their event time; returns what
    /// makes that impossible.
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
