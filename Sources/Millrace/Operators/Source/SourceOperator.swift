extension Graph {
    /// Starts a stream at a source whose records have no event time; they get the time at which they are read.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs"))
    /// ```
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, malformed: MalformedPolicy = .fail, recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: nil, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: nil)
    }

    /// Starts a stream at a source.
    ///
    /// ```swift
    /// let bids = graph.source(
    ///     .csvFiles(in: "bids", decoding: Bid.self), eventTime: \.time,
    ///     watermarks: .boundedOutOfOrder(by: .seconds(10)))
    /// ```
    ///
    /// Restart: each partition goes on behind the last record of the checkpoint.
    ///
    /// - Parameters:
    ///   - source: where records come from.
    ///   - name: the name in status, messages and checkpoints. Default: derived from the kind of operator.
    ///   - eventTime: when a record happened.
    ///   - watermarks: how event-time progress follows from the records of a partition.
    ///   - malformed: what becomes of input that does not decode.
    ///   - recordsPerSecond: a limit for each partition; none if not given.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, eventTime: @escaping @Sendable (S.Record) -> Timestamp,
        watermarks: WatermarkStrategy, malformed: MalformedPolicy = .fail, recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: eventTime)
    }

    /// Starts a stream at a source whose records carry their event time with them (Kafka's do); those that lack one go the
    /// way of `missingEventTime`.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, watermarks: WatermarkStrategy,
        missingEventTime: ErrorPolicy<S.Record> = .fail,
        malformed: MalformedPolicy = .fail, recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: missingEventTime, time: nil)
    }

    /// Starts a stream at a source whose records may lack an event time; those that do go the way of `missingEventTime`.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, eventTime: @escaping @Sendable (S.Record) -> Timestamp?,
        missingEventTime: ErrorPolicy<S.Record>, watermarks: WatermarkStrategy, malformed: MalformedPolicy = .fail,
        recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: missingEventTime, time: { eventTime($0) ?? .distantPast })
    }

    @inlinable
    func declare<S: Source>(
        _ source: S, name: String?, watermarks: WatermarkStrategy?, malformed: MalformedPolicy,
        recordsPerSecond: Double?, missingEventTime: ErrorPolicy<S.Record>,
        time eventTime: (@Sendable (S.Record) -> Timestamp)?
    ) -> Stream<S.Record> {
        let producer = add(kind: "source", detail: source.summary, inputs: [])
        if let name { producer.setName(name) }
        let output = StreamNode<S.Record>(producer: producer)
        malformed.link(from: producer)
        missingEventTime.link(from: producer)
        producer.setSource(
            SourceStage(
                watermarks: watermarks, recordsPerSecond: recordsPerSecond,
                access: SourceAccess(source)
            ) { context, partition, position, tracker, signal in
                let start = try position.map { try S.Reader.Position(stored: $0) }
                let failures = FailureHandler(missingEventTime, of: producer, in: context)
                let usesRecordTimes = eventTime == nil && watermarks != nil
                let collector = SourceCollector(
                    push: output.push(in: context), recordsPerPush: S.Reader.recordsPerPush, eventTime: eventTime,
                    usesRecordTime: usesRecordTimes, isTimedLater: producer.isTimedLater,
                    tracker: tracker, context: context,
                    operatorID: producer.id, malformed: malformed, failures: failures)
                let box = ReaderBox(
                    try source.open(
                        partition, at: start, context: makeSourceContext(context, signal, usesRecordTimes)), collector)
                return SourceBody(
                    read: { try box.read($0) }, counts: { box.takeCounts() },
                    position: {
                        var writer = ByteWriter()
                        box.reader.position.encode(into: &writer)
                        return writer.bytes()
                    },
                    positionText: { box.reader.position.description }, progress: { box.reader.progress },
                    tracker: { box.collector.tracker }, setTracker: { box.collector.tracker = $0 })
            })
        return Stream(graph: self, node: output)
    }
}

@usableFromInline
func makeSourceContext(_ context: TaskContext, _ signal: WakeHandle, _ usesRecordTimes: Bool) -> SourceContext {
    SourceContext(clock: context.run.options.clock, usesRecordTimes: usesRecordTimes, wake: signal.wake)
}
