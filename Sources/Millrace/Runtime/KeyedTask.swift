/// The loop of a keyed task: takes batches from its channels, keeps event time, aligns barriers, hands in deltas.
struct KeyedTask {
    let context: TaskContext
    private let inbox: Inbox
    private let handle: (RecordBatch) throws -> Void
    private let run: RunContext
    private let cell: TaskStatusCell
    private var alignment: BarrierAlignment
    private var merger: WatermarkMerger
    private var nextSender = 0
    private let senders: Int
    private var turn: TaskTurn
    private var toldTime: Duration

    /// How often operators are told the time of day while there is always something to work on.
    private static let timeTold = Duration.milliseconds(10)

    init(
        context: TaskContext, inbox: Inbox, senders: Int, handle: @escaping (RecordBatch) throws -> Void,
        cell: TaskStatusCell
    ) {
        self.context = context
        self.inbox = inbox
        self.handle = handle
        self.senders = senders
        self.cell = cell
        run = context.run
        turn = TaskTurn(began: context.run.options.clock.now)
        toldTime = context.run.options.clock.now
        alignment = BarrierAlignment(inputs: senders)
        merger = WatermarkMerger(inputs: senders, restored: context.watermark.time)
    }

    /// Runs until the last barrier, or throws.
    mutating func loop() async throws {
        while true {
            try run.checkNotAborted()
            if run.isCrowded, turn.isOver(run.options.clock.now) { await Task.yield() }
            guard let (sender, item) = inbox.next(alignment, startingAt: nextSender) else {
                try await rest()
                continue
            }
            nextSender = (sender + 1) % senders
            switch item {
            case .batch(let batch):
                try work(on: batch)
                let watermark = batch.watermark
                inbox.giveBack(batch, to: sender)
                // A task that is never at rest has to know what time it is too.
                if run.options.clock.now - toldTime >= Self.timeTold { _ = try tellTime() }
                try await context.drainParticipants()
                try await move(to: watermark, of: sender)
            case .watermark(let watermark):
                try await move(to: watermark, of: sender)
            case .barrier(let barrier):
                switch alignment.receive(barrier, from: sender) {
                case .wait: break
                case .aligned(let barrier):
                    try await answer(barrier)
                    if barrier.isFinal { return }
                case .broken(let reason):
                    throw PipelineError.internalFault(
                        "stage \(context.task.stage), task \(context.task.index): \(reason)")
                }
            }
            while context.isCongested {
                try run.checkNotAborted()
                await context.signal.wait()
            }
        }
    }

    private func work(on batch: RecordBatch) throws {
        context.origin = batch.first
        context.processingTime = run.options.clock.wallTime
        do { try handle(batch) } catch { throw run.located(error, context) }
        context.counters.records += UInt64(batch.count)
        context.stateReader?.release()
        cell.publish(context.counters, watermark: context.watermark, progress: nil, partition: nil)
        if context.budget.takePressure() { run.requestCheckpoint() }
    }

    /// Tells the operators the time of day; when they want to be told next.
    private mutating func tellTime() throws -> Duration? {
        var deadline: Duration?
        let now = run.options.clock.now
        let wallTime = run.options.clock.wallTime
        context.processingTime = wallTime
        toldTime = now
        do {
            for participant in context.participants {
                if let next = try participant.advanceProcessingTime(wallTime) {
                    let wait = max(next.timeSince(wallTime), .milliseconds(1))
                    deadline = min(deadline ?? now + wait, now + wait)
                }
            }
        } catch { throw run.located(error, context) }
        return deadline
    }

    /// Nothing to take: sends what is gathered, tells the time, and waits.
    private mutating func rest() async throws {
        let deadline = try tellTime()
        try await context.drainParticipants()
        for output in context.outputs { output.flush(context.watermark) }
        context.stateReader?.release()
        await context.signal.wait(until: deadline)
    }

    private mutating func move(to watermark: Watermark, of sender: Int) async throws {
        guard let merged = merger.update(watermark, of: sender) else { return }
        context.watermark = merged
        try await context.advanceParticipants(to: merged)
        for output in context.outputs { output.note(merged, bytes: 0) }
        context.stateReader?.release()
        cell.publish(context.counters, watermark: merged, progress: nil, partition: nil)
    }

    private func answer(_ barrier: Barrier) async throws {
        let started = run.options.clock.now
        try run.crash.reach(.aligned(barrier.checkpoint))
        var snapshot = TaskSnapshot(
            checkpoint: barrier.checkpoint, task: context.task, isFinal: barrier.isEndOfInput)
        do {
            for participant in context.participants {
                try participant.prepare(&snapshot)
                // What it emitted may still be on its way through a look-up: it belongs to this epoch.
                try await context.drainParticipants()
            }
        } catch { throw run.located(error, context) }
        snapshot.watermark = context.watermark.time
        for output in context.outputs {
            output.flush(context.watermark)
            output.send(barrier)
        }
        context.epoch = barrier.checkpoint.next
        snapshot.pause = run.options.clock.now - started
        try run.crash.reach(.encoded(barrier.checkpoint))
        run.handIn(snapshot)
        context.stateReader?.release()
    }
}

extension TaskContext {
    /// Tells every participant of event time, and waits with them where channels are full.
    func advanceParticipants(to watermark: Watermark) async throws {
        for participant in participants {
            do {
                while try !participant.advance(watermark) {
                    try await drainParticipants()
                    for output in outputs { output.flush(self.watermark) }
                    stateReader?.release()
                    while isCongested {
                        try run.checkNotAborted()
                        await signal.wait()
                    }
                }
            } catch { throw run.located(error, self) }
            try await drainParticipants()
        }
    }

    /// Waits until the operators have passed on all that follows from the records in hand.
    func drainParticipants() async throws {
        guard mayWait else { return }
        for participant in participants {
            guard let drain = participant.drain else { continue }
            do {
                while try !drain() {
                    try run.checkNotAborted()
                    for output in outputs { output.flush(self.watermark) }
                    await signal.wait()
                }
            } catch { throw run.located(error, self) }
        }
    }
}
