/// The loop of a source task: reads its partition batch by batch, answers barriers between two batches, and waits where
/// channels are full or there is nothing to read.
struct SourceTask {
    let context: TaskContext
    let body: SourceBody
    let partition: PartitionID
    let signal: TaskSignal
    let throttle: Double?
    private let run: RunContext
    private let cell: TaskStatusCell
    private var lastBarrier: CheckpointNumber
    private var isEnded: Bool
    /// Whether the partition has ended, and operators still process the records that they keep.
    private var isReadOut = false
    private var records: UInt64
    private var startedAt: Duration
    private var lastFlush: Duration
    private var readSinceStart: UInt64 = 0
    private var turn: TaskTurn
    private var batch = BatchSize()
    private let alignment: Duration?
    /// Whether the last read found no records.
    private var isSilent = false
    private var toldTime: Duration

    /// The maximum time for which records are buffered before they are sent.
    static let lingering = Duration.milliseconds(5)
    /// How often event time follows the clock while nothing is read.
    static let clockTick = Duration.milliseconds(100)
    /// How often operators that keep records are notified of processing time while there is always input.
    private static let timeTold = Duration.milliseconds(10)

    init(
        context: TaskContext, body: SourceBody, partition: PartitionID, restored: Manifest.SourceEntry?,
        throttle: Double?, alignment: Duration?, cell: TaskStatusCell
    ) {
        self.context = context
        self.body = body
        self.partition = partition
        self.throttle = throttle
        self.alignment = alignment
        self.cell = cell
        signal = context.signal
        run = context.run
        // Not the current barrier, which a task that opens slowly still has to answer.
        lastBarrier = run.lastCheckpoint
        isEnded = false
        records = restored?.records ?? 0
        startedAt = run.options.clock.now
        lastFlush = startedAt
        toldTime = startedAt
        turn = TaskTurn(began: startedAt)
    }

    /// Runs until the last barrier, or throws.
    mutating func loop() async throws {
        while true {
            try run.checkNotAborted()
            if let barrier = run.control.barrier, barrier.checkpoint > lastBarrier {
                try await takeSnapshot(at: barrier)
                if barrier.isFinal { return }
            }
            if isEnded || run.control.isStopping {
                await signal.wait()
                continue
            }
            if run.control.isHeldBack {
                // Not idle: it has something to read, and waits.
                let now = run.options.clock.now
                moveTime(now: now, active: true, flush: true)
                await signal.wait(until: now + Self.clockTick)
                continue
            }
            try await step()
            if run.isCrowded, turn.isOver(run.options.clock.now) { await Task.yield() }
        }
    }

    /// Reads once, or waits for the reason for which it cannot read.
    private mutating func step() async throws {
        let now = run.options.clock.now
        if try await waitForOthers(now) { return }
        isSilent = false
        if isReadOut { return try await finish(now) }
        guard let limit = nextLimit(now) else { return try await waitForRate(now) }
        let (outcome, count) = try read(limit, now)
        try await context.drainInstances()
        switch outcome {
        // Active even without a record: a reader may be on its way to the first one.
        case .more: moveTime(now: now, active: true, flush: now - lastFlush >= Self.lingering)
        case .idle(let retryAfter): try await idle(now, count, retryAfter)
        case .end:
            isReadOut = true
            moveTime(now: now, active: count > 0, flush: true)
            return try await finish(now)
        }
        try await waitForRoom()
    }

    /// Waits if the partition is too far ahead of others of an aligned source. Returns whether it has waited.
    private mutating func waitForOthers(_ now: Duration) async throws -> Bool {
        guard let alignment, run.board.note(context.watermark, of: context.task.number, within: alignment) else {
            return false
        }
        try await context.drainInstances()
        // Not idle: it has something to read, and waits.
        moveTime(now: now, active: true, flush: true)
        try await rest(until: now + Self.lingering)
        return true
    }

    /// Returns how much to read next; `nil` if the rate limit allows nothing yet.
    private mutating func nextLimit(_ now: Duration) -> ReadLimit? {
        var limit = batch.limit
        // Small, so that the partition does not get much further ahead before the next check.
        if alignment != nil { limit.records = min(limit.records, 128) }
        if context.notesPositions {
            limit.records = 1
            context.recordPosition = body.position()
        }
        guard let throttle else { return limit }
        let allowed = Int(throttle * (now - startedAt).inSeconds) - Int(readSinceStart) + 1
        guard allowed > 0 else { return nil }
        limit.records = min(limit.records, allowed)
        return limit
    }

    private mutating func waitForRate(_ now: Duration) async throws {
        try await context.drainInstances()
        moveTime(now: now, active: false, flush: true)
        let next = startedAt + .seconds(Double(readSinceStart) / (throttle ?? .infinity))
        try await rest(until: max(next, now + .milliseconds(1)))
    }

    /// Reads a batch and passes it to the operators.
    private mutating func read(_ limit: ReadLimit, _ now: Duration) throws -> (ReadOutcome, count: Int) {
        context.processingTime = run.processing.now
        let outcome: ReadOutcome
        context.origin = RecordOrigin(partition: partition.name, position: "from \(body.positionText())")
        do { outcome = try body.read(limit) } catch {
            context.origin.position = body.positionText()
            throw run.located(error, context)
        }
        let (count, bytes) = body.counts()
        batch.note(records: count, took: run.options.clock.now - now)
        records += UInt64(count)
        readSinceStart += UInt64(count)
        context.counters.records += UInt64(count)
        for output in context.outputs { output.note(context.watermark, bytes: bytes) }
        if !context.holders.isEmpty, now - toldTime >= Self.timeTold {
            toldTime = now
            _ = try context.tellTime()
        }
        return (outcome, count)
    }

    /// Waits when the source has nothing more for now.
    private mutating func idle(_ now: Duration, _ count: Int, _ retryAfter: Duration?) async throws {
        isSilent = count == 0
        moveTime(now: now, active: count > 0, flush: true)
        if count > 0 { return }
        var deadline = body.tracker().idleDeadline
        if let retryAfter { deadline = min(deadline ?? .seconds(Int64.max / 2), now + retryAfter) }
        if body.tracker().followsClock {
            deadline = min(deadline ?? .seconds(Int64.max / 2), now + Self.clockTick)
        }
        if let alignment { _ = run.board.note(context.watermark, of: context.task.number, within: alignment) }
        try await rest(until: deadline)
    }

    /// Waits while channels are full or operators have too much in flight. Barriers are answered first.
    private mutating func waitForRoom() async throws {
        while context.isCongested {
            try run.checkNotAborted()
            if let barrier = run.control.barrier, barrier.checkpoint > lastBarrier { return }
            var deadline: Duration?
            if !context.holders.isEmpty {
                // Emitted records are sent, however long it takes until there is room.
                moveTime(now: run.options.clock.now, active: true, flush: true)
                deadline = try context.tellTime()
            }
            await signal.wait(until: deadline)
            try await context.drainInstances()
        }
        context.stateReader?.release()
    }

    /// Waits when there is nothing to read, after operators that keep records have been notified of processing time.
    /// Emitted records have to be flushed before.
    private func rest(until deadline: Duration?) async throws {
        var deadline = deadline
        if !context.holders.isEmpty, let told = try context.tellTime() { deadline = min(deadline ?? told, told) }
        await signal.wait(until: deadline)
    }

    /// The source has ended: when operators have completed the records that they keep, event time advances to its end.
    private mutating func finish(_ now: Duration) async throws {
        do {
            // First, so that the remaining calls are in flight, and wake the task when they return.
            try await context.drainInstances()
            var isWorkedOff = true
            for holder in context.holders where try !holder.finish() { isWorkedOff = false }
            guard isWorkedOff else {
                moveTime(now: now, active: true, flush: true)
                return try await rest(until: nil)
            }
        } catch { throw run.located(error, context) }
        isEnded = true
        if run.options.endOfInput == .availableNow {
            // Event time does not advance: the next run continues from here.
            moveTime(now: now, active: true, flush: true)
        } else {
            // Event time first advances to the last record, so that what is due by then does not count as fired by the
            // end of input.
            let last = Watermark(time: Timestamp(milliseconds: min(body.tracker().greatest, .max - 1)))
            if last.time > context.watermark.time {
                try await advance(last)
                for output in context.outputs { output.flush(last) }
            }
            try await advance(.end)
        }
        if let alignment { _ = run.board.note(.end, of: context.task.number, within: alignment) }
        if run.options.endOfInput == .complete {
            for output in context.outputs { output.flush(.end) }
            publish(.end)
        }
        run.noteEnded(context.task)
    }

    /// Advances event time after a batch, and sends buffered records if it is time.
    private mutating func moveTime(now: Duration, active: Bool, flush: Bool) {
        var tracker = body.tracker()
        tracker.greatest = max(tracker.greatest, context.assignedTime)
        let watermark = context.held(
            tracker.advance(active: active, now: now, wallTime: run.processing.now))
        body.setTracker(tracker)
        let moved = watermark != context.watermark
        context.watermark = watermark
        if flush {
            for output in context.outputs { output.flush(watermark) }
            lastFlush = now
        } else if moved {
            for output in context.outputs { output.note(watermark, bytes: 0) }
        }
        publish(watermark)
    }

    /// Advances the event time of the operators in this task (mostly sinks).
    private func advance(_ watermark: Watermark) async throws {
        context.watermark = watermark
        try await context.advanceInstances(to: watermark)
    }

    private mutating func takeSnapshot(at barrier: Barrier) async throws {
        let started = run.options.clock.now
        try run.crash.reach(.sourceNoted(barrier.checkpoint))
        var snapshot = TaskSnapshot(barrier, task: context.task)
        do {
            for instance in context.instances {
                try instance.prepare(&snapshot)
                // Emitted records that are still in an external call belong to this epoch.
                try await context.drainInstances()
            }
        } catch { throw run.located(error, context) }
        let unfinished = context.holders.lazy.compactMap { $0.unfinishedPosition() }.first
        snapshot.source = SourceSnapshot(
            partition: partition, position: unfinished ?? body.position(),
            positionText: unfinished == nil ? body.positionText() : "before \(body.positionText())",
            watermark: context.watermark.time, isEnded: isEnded, records: records)
        snapshot.watermark = context.watermark.time
        for output in context.outputs {
            output.flush(context.watermark)
            output.send(barrier)
        }
        lastBarrier = barrier.checkpoint
        context.epoch = barrier.checkpoint.next
        snapshot.pause = run.options.clock.now - started
        try run.crash.reach(.encoded(barrier.checkpoint))
        run.handIn(snapshot)
        context.stateReader?.release()
    }

    private func publish(_ watermark: Watermark) {
        cell.publish(
            TaskStatusCell.Value(
                counters: context.allCounters, watermark: watermark, progress: body.progress(), partition: partition,
                silentSince: isSilent ? body.tracker().lastActivity : nil))
    }
}
