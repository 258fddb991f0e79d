/// Assigns times to the records of a source and passes them on to the operators.
///
/// Records are collected and passed on together (`SourceReader.recordsPerPush`), so that event times, the watermark and
/// the call of the operators take one loop each.
@usableFromInline
struct SourceCollector<Record: Sendable>: RecordCollector {
    @usableFromInline let push: Push<Record>
    @usableFromInline let eventTime: (@Sendable (Record) -> Timestamp)?
    /// Whether records carry their times (`record(_:at:bytes:)`); `.distantPast` stands for a missing one.
    @usableFromInline let usesRecordTime: Bool
    /// Whether a downstream operator assigns event times and advances the watermark.
    @usableFromInline let isTimedLater: Bool
    @usableFromInline var tracker: WatermarkTracker
    @usableFromInline let context: TaskContext
    @usableFromInline let operatorID: String
    @usableFromInline let malformedPolicy: MalformedPolicy
    @usableFromInline let malformedPush: Push<MalformedInput>?
    @usableFromInline let failures: FailureHandler<Record>
    /// Memory for `capacity` records; freed by `deallocate`.
    @usableFromInline let gathered: UnsafeMutablePointer<Record>
    @usableFromInline let times: UnsafeMutablePointer<Timestamp>
    @usableFromInline let capacity: Int
    @usableFromInline var count = 0
    /// Records and bytes since the counts were last taken.
    @usableFromInline var records = 0
    @usableFromInline var bytes = 0

    @inlinable
    init(
        push: Push<Record>, recordsPerPush: Int, eventTime: (@Sendable (Record) -> Timestamp)?,
        usesRecordTime: Bool, isTimedLater: Bool,
        tracker: WatermarkTracker, context: TaskContext, operatorID: String, malformed: MalformedPolicy,
        failures: FailureHandler<Record>
    ) {
        self.push = push
        self.eventTime = eventTime
        self.usesRecordTime = usesRecordTime
        self.isTimedLater = isTimedLater
        self.tracker = tracker
        self.context = context
        self.operatorID = operatorID
        self.failures = failures
        capacity = max(recordsPerPush, 1)
        gathered = .allocate(capacity: capacity)
        times = .allocate(capacity: capacity)
        malformedPolicy = malformed
        if case .deadLetter(let side) = malformed {
            malformedPush = side.push(in: context)
        } else {
            malformedPush = nil
        }
    }

    @inlinable
    func deallocate() {
        gathered.deinitialize(count: count)
        gathered.deallocate()
        times.deallocate()
    }

    @inlinable
    @inline(__always)
    mutating func record(_ record: Record, bytes size: Int) throws {
        try self.record(record, at: .distantPast, bytes: size)
    }

    @inlinable
    @inline(__always)
    mutating func record(_ record: Record, at time: Timestamp, bytes size: Int) throws {
        times[count] = time
        (gathered + count).initialize(to: record)
        count &+= 1
        bytes &+= size
        if count == capacity { try flush() }
    }

    @inlinable
    @inline(__always)
    mutating func gather(
        _ more: Int, bytes size: Int, _ make: (UnsafeMutablePointer<Record>) -> Void
    ) throws {
        if count &+ more > capacity { try flush() }
        precondition(more <= capacity, "gather takes at most recordsPerPush records at once")
        make(gathered + count)
        if usesRecordTime { for index in count..<(count &+ more) { times[index] = .distantPast } }
        count &+= more
        bytes &+= more &* size
        if count == capacity { try flush() }
    }

    /// Passes the collected records on.
    @inlinable
    @inline(never)
    mutating func flush() throws {
        let gatheredCount = count
        guard gatheredCount > 0 else { return }
        defer {
            gathered.deinitialize(count: count)
            count = 0
        }
        records &+= gatheredCount
        if let eventTime {
            var greatest = tracker.greatest
            var missing = false
            for index in 0..<gatheredCount {
                let time = eventTime(gathered[index])
                times[index] = time
                if time == .distantPast { missing = true }
                if time.milliseconds > greatest { greatest = time.milliseconds }
            }
            tracker.greatest = greatest
            if missing { try removeTimeless() }
        } else if usesRecordTime {
            var greatest = tracker.greatest
            var missing = false
            for index in 0..<gatheredCount {
                let time = times[index].milliseconds
                greatest = max(greatest, time)
                if time == .min { missing = true }
            }
            tracker.greatest = greatest
            if missing { try removeTimeless() }
        } else {
            let now = context.processingTime
            for index in 0..<gatheredCount { times[index] = now }
            if !isTimedLater { tracker.observe(now) }
        }
        try push.call(gathered, times, count)
    }

    /// Removes the records without event time, according to their policy.
    @inlinable
    @inline(never)
    mutating func removeTimeless() throws {
        var kept = 0
        let all = count
        for index in 0..<all {
            if times[index] == .distantPast {
                try failures.handle(MissingEventTime(), gathered[index], tracker.promised)
            } else {
                if kept != index {
                    UnsafeMutableBufferPointer(start: gathered, count: all).swapAt(kept, index)
                    UnsafeMutableBufferPointer(start: times, count: all).swapAt(kept, index)
                }
                kept += 1
            }
        }
        (gathered + kept).deinitialize(count: all - kept)
        count = kept
    }

    @inlinable
    mutating func malformed(_ input: MalformedInput) throws {
        try flush()
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
