import Logging

/// Drives the checkpoints of one attempt, following `CheckpointProtocol`.
struct Coordinator {
    private let run: RunContext
    private let writer: CheckpointWriter
    private let board: StatusBoard
    private let watch: RunWatch
    private var machine: CheckpointProtocol
    /// Whether and when storing a checkpoint is retried after a failure.
    private var decider: RestartDecider
    /// The error for which the pending checkpoint could not be stored.
    private var trouble: StateError?
    private var snapshots: [TaskSnapshot] = []
    private var manifest: Manifest
    private var startedAt: Duration = .zero
    private var fold: JournalFold?
    /// Whether a fold has completed, and state that is no longer used may have to be removed.
    private var sweeps = false
    /// When folding is retried after a failure.
    private var foldAgainAt: Duration?
    private var ended: Set<TaskID> = []

    /// The journal is folded into the tree when it reaches this size in bytes (or `foldAfter` checkpoints).
    static let foldBytes = 16 << 20
    private static let foldRetryDelay = Duration.seconds(5)

    init(
        _ run: RunContext, graph: GraphDescription, writer: CheckpointWriter, board: StatusBoard, watch: RunWatch
    ) {
        self.run = run
        self.watch = watch
        self.writer = writer
        self.board = board
        machine = CheckpointProtocol(
            after: run.lastCheckpoint, tasks: Set(run.graph.tasks.map(\.number)),
            sources: Set(run.graph.tasks.filter { run.graph.plan.stages[$0.stage].head.source != nil }.map(\.number)),
            endsBySources: !run.graph.plan.isOpenEnded, endOfInput: run.options.endOfInput,
            interval: run.interval, now: run.options.clock.now)
        decider = RestartDecider(run.options.restart)
        manifest = Manifest(
            checkpoint: run.lastCheckpoint, pipeline: graph.pipeline, keyGroups: run.graph.keyGroups, graph: graph)
        manifest.states = run.catalogue.all
        manifest.folder = run.folder
        manifest.output = run.restored?.output
        manifest.published = run.restored?.publishedAfter ?? [:]
    }

    /// Runs until the last checkpoint is stored, and returns it.
    mutating func loop() async throws -> Manifest {
        while true {
            try run.checkNotAborted()
            for event in run.control.takeEvents() { note(event) }
            let now = run.options.clock.now
            board.publishIfDue(now)
            board.warnIfHeld(now)
            switch machine.next(now: now) {
            case .sendBarriers(let barrier):
                startedAt = now
                snapshots = []
                try run.crash.reach(.beforeBarriers(barrier.checkpoint))
                run.control.set(barrier)
                continue
            case .store(let barrier):
                try await store(barrier)
                continue
            case .none: break
            }
            switch machine.phase {
            case .finished: return manifest
            case .idle, .collecting:
                if try await foldStep() { continue }
            default: break
            }
            var deadline = machine.deadline
            for next in [board.nextPublication, board.nextLook].compactMap(\.self) {
                deadline = min(deadline ?? next, next)
            }
            if let trouble {
                await watch.step("room or rights in the state folder, where the last attempt failed: \(trouble)") {
                    await run.control.coordinator.wait(until: deadline)
                }
            } else {
                await run.control.coordinator.wait(until: deadline)
            }
        }
    }

    private mutating func note(_ event: RunControl.Event) {
        switch event {
        case .handedIn(let snapshot):
            snapshots.append(snapshot)
            machine.handIn(snapshot.task.number, snapshot.checkpoint)
        case .ended(let task): machine.sourceEnded(task.number)
        case .checkpointWanted: machine.want()
        case .stopRequested: machine.stop()
        }
    }

    private mutating func store(_ barrier: Barrier) async throws {
        try run.crash.reach(.handedIn(barrier.checkpoint))
        board.noteBegun(barrier.checkpoint)
        var next = nextManifest(barrier)
        if let output = run.transactionalOutput {
            next.mark = .prepared
            if next.output?.name != output.summary {
                next.output = Manifest.OutputNote(name: output.summary, since: barrier.checkpoint)
            }
        }
        let prepared = next
        let (run, snapshots) = (run, snapshots)
        let began = run.options.clock.now
        do {
            try await watch.step("checkpoint \(barrier.checkpoint) to be stored and its output published") {
                try await writer.perform {
                    try Self.store(prepared, snapshots, run, isFinal: barrier.isFinal)
                    // The memory of the transaction is free, but still held by the allocator, and memory is short.
                    if run.control.isHeldBack { TableMemory.trimHeap() }
                }
            }
        } catch let error as StateError where error.mayBeTriedAgain {
            let now = run.options.clock.now
            machine.storingFailed(
                now: now, again: decider.delay(afterFailureAt: now, isTransient: error.isTransient))
            switch machine.phase {
            case .failed(let barrier, let attempts):
                throw PipelineError.checkpointsFailed(
                    checkpoint: barrier.checkpoint, attempts: attempts, cause: error)
            case .waiting(_, _, let until):
                run.options.logger.error(
                    "checkpoint \(barrier.checkpoint) cannot be stored, it is tried again in \(until - now): \(error)")
            default: break
            }
            trouble = error
            board.noteFailedCheckpoint()
            return
        }
        decider.noteProgress()
        trouble = nil
        next.mark = .committed
        manifest = next
        self.snapshots = []
        let now = run.options.clock.now
        board.noteCheckpoint(
            barrier.checkpoint,
            CheckpointStatistics(
                duration: now - startedAt, storing: now - began,
                bytes: snapshots.reduce(0) { $0 + $1.deltas.reduce(0) { $0 + $1.bytes } },
                entries: snapshots.reduce(0) { $0 + $1.deltas.reduce(0) { $0 + $1.entries } },
                pause: snapshots.map(\.pause).max() ?? .zero))
        machine.stored(now: now)
        run.control.noteStored()
    }

    /// Makes output durable, stores the checkpoint, commits and publishes. Runs on the writer's thread.
    private static func store(
        _ manifest: Manifest, _ snapshots: [TaskSnapshot], _ run: RunContext, isFinal: Bool
    ) throws {
        let checkpoint = manifest.checkpoint
        let outputs = snapshots.flatMap(\.outputs)
        for output in outputs {
            do { try output.makeDurable() } catch { throw failure(error, of: output) }
        }
        for output in run.outputs {
            do { try output.flush(checkpoint) } catch { throw failure(error, of: output, checkpoint) }
        }
        try run.crash.reach(.outputDurable(checkpoint))
        if let store = run.store {
            try store.commit(manifest, snapshots.flatMap(\.deltas), crash: run.crash)
        }
        if let output = run.transactionalOutput {
            try run.crash.reach(.prepared(checkpoint))
            do { try output.commit(checkpoint, manifest.positions) } catch {
                throw failure(error, of: output, checkpoint)
            }
            try run.crash.reach(.outputCommitted(checkpoint))
            // Otherwise the next checkpoint removes the mark: a later prepared one implies that this one counts.
            if isFinal { try run.store?.resolve(manifest, keeping: true) }
        }
        run.horizon.advance(to: checkpoint)
        try run.crash.reach(.committed(checkpoint))
        for (index, output) in outputs.enumerated() {
            if index > 0 { try run.crash.reach(.publishing(checkpoint)) }
            do { try output.publish() } catch { throw failure(error, of: output) }
        }
        try run.crash.reach(.published(checkpoint))
        if isFinal, !manifest.outputs.isEmpty {
            // A later start that finds nothing to do need not look for this output, which may have been moved by then.
            var published = manifest
            published.published = manifest.publishedAfter
            published.outputs = []
            try run.store?.resolve(published, keeping: true)
        }
        for stage in run.graph.plan.stages {
            guard let source = stage.head.source else { continue }
            let positions = manifest.sources.filter { $0.operatorID == stage.head.id }.map {
                SourceAccess.StoredPosition(partition: $0.partition, position: [UInt8](hexadecimal: $0.position))
            }
            do { try source.access.committed(positions, isFinal) } catch {
                throw PipelineError.failed(
                    operatorID: stage.head.id, partition: "", position: "checkpoint \(checkpoint)", cause: error)
            }
        }
    }

    private static func failure(
        _ error: any Error, of output: any SharedOutput, _ checkpoint: CheckpointNumber
    ) -> any Error {
        PipelineError.failed(
            operatorID: output.summary, partition: "", position: "checkpoint \(checkpoint)", cause: error)
    }

    private static func failure(_ error: any Error, of output: PreparedOutput) -> any Error {
        if error is SimulatedCrash { return error }
        return PipelineError.failed(
            operatorID: output.operatorID, partition: "", position: "checkpoint \(output.output.checkpoint)",
            cause: error)
    }

    private func nextManifest(_ barrier: Barrier) -> Manifest {
        var next = manifest
        if manifest.checkpoint != run.lastCheckpoint { next.published = manifest.publishedAfter }
        next.checkpoint = barrier.checkpoint
        next.processingTime = run.processing.now.milliseconds
        next.isComplete = barrier.isEndOfInput
        let plan = run.graph.plan
        next.sources = snapshots.compactMap { snapshot in
            snapshot.source.map { source in
                Manifest.SourceEntry(
                    operatorID: plan.stages[snapshot.task.stage].head.id, partition: source.partition,
                    position: source.position.hexadecimal, positionText: source.positionText,
                    watermark: source.watermark.milliseconds, isEnded: source.isEnded, records: source.records)
            }
        }.sorted { ($0.operatorID, $0.partition) < ($1.operatorID, $1.partition) }
        var watermarks: [String: [Int64]] = [:]
        for snapshot in snapshots.sorted(by: { $0.task.number < $1.task.number }) where snapshot.source == nil {
            watermarks[plan.stages[snapshot.task.stage].head.id, default: []].append(
                snapshot.watermark.milliseconds)
        }
        next.taskWatermarks = watermarks
        next.stageWatermarks = watermarks.compactMapValues { $0.min() }
        next.outputs = snapshots.flatMap(\.outputs).map {
            Manifest.OutputEntry(
                operatorID: $0.operatorID, task: $0.output.task, description: $0.output.description.hexadecimal)
        }
        for index in next.states.indices {
            let live = snapshots.reduce(0) { $0 + ($1.entryCounts[next.states[index].id] ?? 0) }
            // Entries that are not in memory are not counted. The number is therefore never reduced, unless all of them
            // are in memory.
            next.states[index].entries = max(live, run.restored == nil ? 0 : next.states[index].entries)
        }
        return next
    }

    /// Folds for a limited time if necessary. Returns false if there is nothing to fold.
    private mutating func foldStep() async throws -> Bool {
        guard let store = run.store else { return false }
        if let foldAgainAt, run.options.clock.now < foldAgainAt { return false }
        if fold == nil, sweeps {
            let (used, crash, checkpoint) = (manifest.states.map(\.id), run.crash, manifest.checkpoint)
            sweeps =
                try await storing {
                    try StateSweep(store).step(used: used, crash: crash, at: checkpoint)
                } ?? false
            if sweeps { return true }
        }
        if fold == nil {
            let checkpoints = store.journalCheckpoints
            guard
                store.journalBytes >= Self.foldBytes || checkpoints.count >= run.options.checkpoints?.foldAfter ?? .max,
                let last = checkpoints.last
            else { return false }
            fold = JournalFold(store, states: manifest.states.map(\.id), last: last)
        }
        guard let current = fold else { return false }
        let crash = run.crash
        let done = try await storing {
            var fold = current
            let more = try fold.step(crash: crash)
            try crash.reach(.foldStepped(fold.last))
            return (fold, more)
        }
        guard let (next, more) = done else {
            fold = nil
            return false
        }
        fold = more ? next : nil
        if !more { sweeps = true }
        return true
    }

    /// Runs `work` in the store. Returns `nil` if there is no room for it, and it is postponed.
    private mutating func storing<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R? {
        do {
            let result = try await writer.perform(work)
            foldAgainAt = nil
            return result
        } catch let error as StateError where error.mayBeTriedAgain {
            // Nothing is lost, the journal is only longer. The checkpoints decide whether the run continues.
            if foldAgainAt == nil { run.options.logger.error("merging the journal is postponed: \(error)") }
            foldAgainAt = run.options.clock.now + Self.foldRetryDelay
            return nil
        }
    }
}
