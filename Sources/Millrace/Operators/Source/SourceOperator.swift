extension Graph {
    /// Starts a stream at a source whose records have no event time. Each record gets the time at which it is read.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs"))
    /// ```
    ///
    /// Restart: each partition continues after the last record of the checkpoint.
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source in the status, messages and checkpoints. Default: derived from its
    ///     kind and number.
    ///   - malformed: what happens to input that cannot be decoded. Default: the run fails.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, malformed: MalformedPolicy = .fail, recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: nil, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: nil)
    }

    /// Starts a stream at a source, with event times.
    ///
    /// ```swift
    /// let bids = graph.source(
    ///     .csvFiles(in: "bids", decoding: Bid.self), eventTime: \.time,
    ///     watermarks: .boundedOutOfOrder(by: .seconds(10)))
    /// ```
    ///
    /// Restart: each partition continues after the last record of the checkpoint, with the watermark of the checkpoint.
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source in the status, messages and checkpoints. Default: derived from its
    ///     kind and number.
    ///   - eventTime: returns when a record happened.
    ///   - watermarks: how the watermark of a partition follows from its records.
    ///   - malformed: what happens to input that cannot be decoded. Default: the run fails.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, eventTime: @escaping @Sendable (S.Record) -> Timestamp,
        watermarks: WatermarkStrategy, malformed: MalformedPolicy = .fail, recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingEventTime: .fail, time: eventTime)
    }

    /// Starts a stream at a source whose records carry their event times, as those of Kafka do.
    ///
    /// ```swift
    /// let orders = graph.source(
    ///     kafka.source("orders", decoding: .json(Order.self)), watermarks: .boundedOutOfOrder(by: .seconds(10)),
    ///     missingEventTime: .skip)
    /// ```
    ///
    /// Restart: each partition continues after the last record of the checkpoint, with the watermark of the checkpoint.
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source in the status, messages and checkpoints. Default: derived from its
    ///     kind and number.
    ///   - watermarks: how the watermark of a partition follows from its records.
    ///   - missingEventTime: what happens to a record without event time. Default: the run fails with
    ///     ``MissingEventTime``.
    ///   - malformed: what happens to input that cannot be decoded. Default: the run fails.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
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

    /// Starts a stream at a source, with event times that some records may lack.
    ///
    /// ```swift
    /// let untimed = graph.sideOutput("untimed", of: DeadLetter<Flight>.self)
    /// let flights = graph.source(
    ///     .csvFiles(in: "flights", decoding: Flight.self), eventTime: \.scheduledDeparture,
    ///     missingEventTime: .deadLetter(to: untimed), watermarks: .boundedOutOfOrder(by: .minutes(10)))
    /// ```
    ///
    /// Restart: each partition continues after the last record of the checkpoint, with the watermark of the checkpoint.
    ///
    /// - Parameters:
    ///   - source: the source of the records.
    ///   - name: the operator name of the source in the status, messages and checkpoints. Default: derived from its
    ///     kind and number.
    ///   - eventTime: returns when a record happened, or `nil` if it has no event time.
    ///   - missingEventTime: what happens to a record without event time; the error is ``MissingEventTime``.
    ///   - watermarks: how the watermark of a partition follows from its records.
    ///   - malformed: what happens to input that cannot be decoded. Default: the run fails.
    ///   - recordsPerSecond: the maximum rate of each partition. Default: unlimited.
    /// - Returns: the stream of records.
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
