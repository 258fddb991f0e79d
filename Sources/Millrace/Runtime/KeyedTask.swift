/// The loop of a keyed task: takes batches from its channels, tracks event time, aligns barriers, delivers snapshots.
struct KeyedTask {
    let context: TaskContext
    private let inbox: Inbox
    private let handle: (RecordBatch) throws -> Void
    private let run: RunContext
    private let cell: TaskStatusCell
    private var alignment: BarrierAlignment
    private var merger: WatermarkMerger
    /// Event time of the inputs, which operators that keep records may hold back.
    private var merged: Watermark
    /// The watermark that was last sent to the outputs.
    private var told: Watermark
    private var nextSender = 0
    private let senders: Int
    private var turn: TaskTurn
    private var toldTime: Duration
    private var pressure = MemoryPressure()

    /// How often operators are notified of processing time while there is always input.
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
        merged = context.watermark
        told = context.watermark
        merger = WatermarkMerger(inputs: senders, restored: context.watermark.time)
    }

    /// Runs until the last barrier, or throws.
    mutating func loop() async throws {
        while true {
            try run.checkNotAborted()
            pressure.relieve(context)
            if run.isCrowded, turn.isOver(run.options.clock.now) { await Task.yield() }
            if senders == 0, let barrier = run.control.barrier, barrier.checkpoint >= context.epoch {
                // Its sources have no partitions, so no channel brings the barrier or the end of event time.
                if barrier.isEndOfInput { try await advance(to: .end) }
                try await takeSnapshot(at: barrier)
                if barrier.isFinal { return }
                continue
            }
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
                // Operators are notified of processing time also while there is always input.
                let now = run.options.clock.now
                if now - toldTime >= Self.timeTold {
                    toldTime = now
                    _ = try context.tellTime()
                    context.stateReader?.release()
                }
                try await context.drainInstances()
                try await move(to: watermark, of: sender)
            case .watermark(let watermark):
                try await move(to: watermark, of: sender)
            case .barrier(let barrier):
                switch alignment.receive(barrier, from: sender) {
                case .wait: break
                case .aligned(let barrier):
                    try await takeSnapshot(at: barrier)
                    if barrier.isFinal { return }
                case .broken(let reason):
                    throw PipelineError.internalFault(
                        "stage \(context.task.stage), task \(context.task.index): \(reason)")
                }
            }
            while context.isCongested {
                try run.checkNotAborted()
                context.stateReader?.release()
                await context.signal.wait(until: context.holders.isEmpty ? nil : try context.tellTime())
                try await context.drainInstances()
                try await letGo()
                for output in context.outputs { output.flush() }
            }
            try await letGo()
        }
    }

    private func work(on batch: RecordBatch) throws {
        context.origin = batch.first
        context.processingTime = run.processing.now
        do { try handle(batch) } catch { throw run.located(error, context) }
        context.counters.records += UInt64(batch.count)
        context.counters.peakMemory = context.budget.peak
        context.stateReader?.release()
        cell.publish(TaskStatusCell.Value(counters: context.allCounters, watermark: context.watermark))
    }

    /// There is no input: sends buffered records, advances processing time, and waits.
    private mutating func rest() async throws {
        toldTime = run.options.clock.now
        var deadline = try context.tellTime()
        try await context.drainInstances()
        try await letGo()
        // Emitted results may have opened a batch, which has a deadline of its own.
        if !context.holders.isEmpty { deadline = try context.tellTime() }
        tell { $0.flush($1) }
        context.stateReader?.release()
        await context.signal.wait(until: deadline)
    }

    private mutating func move(to watermark: Watermark, of sender: Int) async throws {
        guard let merged = merger.update(watermark, of: sender) else { return }
        if merged.isEnd {
            // Event time first advances to the last record of all inputs, so that what is due by then does not count as
            // fired by the end of input.
            self.merged = Watermark(time: merger.last)
            let last = context.held(self.merged)
            if last.time > context.watermark.time { try await advance(to: last) }
            for output in context.outputs { output.flush(told) }
        }
        self.merged = merged
        try await advance(to: context.held(merged))
    }

    /// Advances event time where operators no longer hold it back.
    private mutating func letGo() async throws {
        if context.holders.isEmpty { return }
        let watermark = context.held(merged)
        if watermark != context.watermark { try await advance(to: watermark) }
    }

    private mutating func advance(to watermark: Watermark) async throws {
        context.watermark = watermark
        try await context.advanceInstances(to: watermark)
        tell { $0.note($1, bytes: 0) }
        context.stateReader?.release()
        cell.publish(TaskStatusCell.Value(counters: context.allCounters, watermark: watermark))
    }

    /// Sends the watermark to the outputs, held back by the records that operators keep now: windows that have just
    /// fired may have filled a batch.
    private mutating func tell(_ how: (any ExchangeSender, Watermark) -> Void) {
        told = context.held(context.watermark, from: told)
        for sender in context.outputs { how(sender, told) }
    }

    /// Completes the records that operators keep, so that event time reaches that of the inputs. A stage has a single
    /// event time in a checkpoint, by which windows determine after a restart what they have emitted.
    private mutating func flushHeldRecords() async throws {
        do {
            // The results of one operator may be kept by the next.
            for _ in context.holders where context.held(merged) != merged {
                for holder in context.holders { try holder.flush() }
                try await context.drainInstances()
            }
        } catch { throw run.located(error, context) }
        try await letGo()
    }

    private mutating func takeSnapshot(at barrier: Barrier) async throws {
        let started = run.options.clock.now
        try run.crash.reach(.aligned(barrier.checkpoint))
        var snapshot = TaskSnapshot(barrier, task: context.task)
        try await flushHeldRecords()
        do {
            for instance in context.instances {
                try instance.prepare(&snapshot)
                // Emitted records that are still in an external call belong to this epoch.
                try await context.drainInstances()
            }
        } catch { throw run.located(error, context) }
        snapshot.watermark = context.watermark.time
        tell { $0.flush($1) }
        for output in context.outputs { output.send(barrier) }
        context.epoch = barrier.checkpoint.next
        snapshot.pause = run.options.clock.now - started
        try run.crash.reach(.encoded(barrier.checkpoint))
        context.budget.takeChanges(snapshot.deltas.reduce(0) { $0 + $1.bytes }, of: barrier.checkpoint.value)
        run.handIn(snapshot)
        context.stateReader?.release()
    }
}
