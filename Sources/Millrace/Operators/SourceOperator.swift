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
            missingTime: .fail, time: nil)
    }

    /// Starts a stream at a source.
    ///
    /// ```swift
    /// let flights = graph.source(
    ///     .csvFiles(in: "flights", decoding: Flight.self), eventTime: \.scheduledDeparture,
    ///     watermarks: .boundedOutOfOrder(by: .hours(6)))
    /// ```
    ///
    /// Restart: each partition goes on behind the last record of the checkpoint.
    ///
    /// - Parameters:
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
            missingTime: .fail, time: eventTime)
    }

    /// Starts a stream at a source whose records may lack an event time; those that do go the way of `missingTime`.
    @inlinable
    public func source<S: Source>(
        _ source: S, name: String? = nil, eventTime: @escaping @Sendable (S.Record) -> Timestamp?,
        missingTime: ErrorPolicy<S.Record>, watermarks: WatermarkStrategy, malformed: MalformedPolicy = .fail,
        recordsPerSecond: Double? = nil
    ) -> Stream<S.Record> {
        declare(
            source, name: name, watermarks: watermarks, malformed: malformed, recordsPerSecond: recordsPerSecond,
            missingTime: missingTime, time: { eventTime($0) ?? .distantPast })
    }

    @inlinable
    func declare<S: Source>(
        _ source: S, name: String?, watermarks: WatermarkStrategy?, malformed: MalformedPolicy,
        recordsPerSecond: Double?, missingTime: ErrorPolicy<S.Record>,
        time eventTime: (@Sendable (S.Record) -> Timestamp)?
    ) -> Stream<S.Record> {
        let producer = add(kind: "source", detail: source.summary, inputs: [], isStageHead: true)
        if let name { producer.setName(name) }
        let output = StreamNode<S.Record>(producer: producer)
        if case .deadLetter(let side) = malformed { side.link(from: producer) }
        if case .deadLetter(let side) = missingTime { side.link(from: producer) }
        producer.setSource(
            SourceStage(
                watermarks: watermarks ?? .monotonic(), recordsPerSecond: recordsPerSecond,
                partitions: { try source.partitions() }
            ) { context, partition, position, tracker, signal in
                var start: S.Reader.Position?
                if let position {
                    start = try position.withUnsafeBytes { bytes in
                        var reader = ByteReader(bytes)
                        return try S.Reader.Position.decode(from: &reader)
                    }
                }
                let failures = FailureHandler(missingTime, of: producer, in: context)
                let collector = SourceCollector(
                    push: output.push(in: context), recordsPerPush: S.Reader.recordsPerPush, eventTime: eventTime,
                    tracker: tracker, context: context,
                    operatorID: producer.id, malformed: malformed, failures: failures)
                let box = ReaderBox(
                    try source.open(partition, at: start, context: makeSourceContext(context, signal)), collector)
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

/// What becomes of input that is not a record.
public enum MalformedPolicy: Sendable {
    /// The pipeline fails with an error that names the place and what was expected.
    case fail
    /// It is left out and counted.
    case skip
    /// It goes to a side output.
    case deadLetter(to: SideOutput<MalformedInput>)
}

/// Input that did not decode, under the policy to fail.
public struct MalformedRecord: Error, CustomStringConvertible, Sendable {
    /// The input, its place and the reason.
    public let input: MalformedInput

    @usableFromInline
    init(input: MalformedInput) { self.input = input }

    public var description: String {
        "\(input.place): \(input.reason). Mend the input, or give the source malformed: .skip or .deadLetter(to:)"
    }
}

/// A record without an event time.
public struct MissingEventTime: Error, CustomStringConvertible, Sendable {
    @usableFromInline
    init() {}
    public var description: String {
        "the record has no event time: give the source missingTime: .skip or .deadLetter(to:), or mend the input"
    }
}

@usableFromInline
func makeSourceContext(_ context: TaskContext, _ signal: WakeHandle) -> SourceContext {
    SourceContext(clock: context.run.options.clock, wake: signal.wake)
}

/// Lets a reader wake its task.
@usableFromInline
struct WakeHandle: Sendable {
    let wake: @Sendable () -> Void
}

/// A reader with what it hands its records to.
@usableFromInline
final class ReaderBox<Reader: SourceReader> {
    // Used by one task, and never while `read` runs: nothing that could overlap.
    @exclusivity(unchecked) @usableFromInline var reader: Reader
    @exclusivity(unchecked) @usableFromInline var collector: SourceCollector<Reader.Record>

    @inlinable
    init(_ reader: Reader, _ collector: SourceCollector<Reader.Record>) {
        self.reader = reader
        self.collector = collector
    }

    @inlinable
    func read(_ limit: ReadLimit) throws -> ReadOutcome {
        let outcome = try reader.read(limit: limit, into: &collector)
        try collector.pending.flush()
        return outcome
    }

    @usableFromInline
    func takeCounts() -> (records: Int, bytes: Int) {
        defer { (collector.records, collector.bytes) = (0, 0) }
        return (collector.records, collector.bytes)
    }
}

/// Gives records their times and sends them on their way.
@usableFromInline
struct SourceCollector<Record: Sendable>: RecordCollector {
    /// Records that are handed on together: a single one where positions in messages have to be exact.
    @usableFromInline let pending: PushBuffer<Record>
    @usableFromInline let recordsPerPush: Int
    @usableFromInline let eventTime: (@Sendable (Record) -> Timestamp)?
    @usableFromInline var tracker: WatermarkTracker
    @usableFromInline let context: TaskContext
    @usableFromInline let operatorID: String
    @usableFromInline let malformedPolicy: MalformedPolicy
    @usableFromInline let malformedPush: Push<MalformedInput>?
    @usableFromInline let failures: FailureHandler<Record>
    @usableFromInline var records = 0
    @usableFromInline var bytes = 0

    @inlinable
    init(
        push: Push<Record>, recordsPerPush: Int, eventTime: (@Sendable (Record) -> Timestamp)?,
        tracker: WatermarkTracker,
        context: TaskContext, operatorID: String, malformed: MalformedPolicy, failures: FailureHandler<Record>
    ) {
        pending = PushBuffer(push)
        self.recordsPerPush = max(recordsPerPush, 1)
        pending.reserve(self.recordsPerPush)
        self.eventTime = eventTime
        self.tracker = tracker
        self.context = context
        self.operatorID = operatorID
        self.failures = failures
        malformedPolicy = malformed
        if case .deadLetter(let side) = malformed {
            malformedPush = side.push(in: context)
        } else {
            malformedPush = nil
        }
    }

    @inlinable
    @inline(__always)
    mutating func record(_ record: Record, bytes count: Int) throws {
        let time: Timestamp
        if let eventTime {
            time = eventTime(record)
            if time == .distantPast { return try missingTime(record) }
        } else {
            time = context.processingTime
        }
        tracker.observe(time)
        records &+= 1
        bytes &+= count
        pending.append(record, time)
        if pending.count >= recordsPerPush { try pending.flush() }
    }

    @inlinable
    @inline(never)
    mutating func missingTime(_ record: Record) throws {
        records += 1
        try failures.handle(MissingEventTime(), record, tracker.promised)
    }

    @inlinable
    mutating func malformed(_ input: MalformedInput) throws {
        records += 1
        switch malformedPolicy {
        case .fail: throw OperatorFailure(operatorID: operatorID, cause: MalformedRecord(input: input))
        case .skip: context.counters.skipped += 1
        case .deadLetter:
            context.counters.deadLettered += 1
            try malformedPush?(input, tracker.promised)
        }
    }
}
