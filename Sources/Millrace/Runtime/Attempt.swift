import Synchronization

/// One attempt to run a pipeline: all its tasks, from a restored checkpoint to the last one or the first failure.
struct Attempt {
    let run: RunContext
    let description: GraphDescription
    let writer: CheckpointWriter
    let board: StatusBoard
    let stop: PipelineStop
    let partitionsChanged: RequestBox

    /// Runs until the last checkpoint is stored, and returns it.
    func run() async throws -> Manifest {
        let (run, control, graph) = (run, run.control, run.graph)
        control.attach(graph.signals)
        let cells = graph.tasks.map { task in
            let head = graph.plan.stages[task.stage].head
            guard head.source != nil else { return TaskStatusCell() }
            return TaskStatusCell(.init(source: head.id, partition: graph.partitions[task.stage][task.index]))
        }
        board.attach(cells, restored: run.restored, checkpoint: run.lastCheckpoint)
        stop.observe { control.post(.stopRequested) }
        partitionsChanged.observe { control.post(.stopRequested) }
        let (watch, clock) = (stop.watch, run.options.clock)
        defer { watch.attemptEnded() }
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Manifest?.self) { group in
                let ticker = Ticker(clock: run.options.clock, signals: graph.signals + [control.coordinator])
                // Coordinator and ticker have a thread of their own, as tasks that never wait may hold all others. In
                // tests they run on the current executor; not with a preference of nil, which leaves the parent's
                // executor in optimised builds (Swift 6.3.1).
                let executor = run.options.writesInline ? nil : ControlExecutor()
                func addControl(_ work: @escaping @Sendable () async throws -> Manifest?) {
                    if let executor {
                        group.addTask(executorPreference: executor, operation: work)
                    } else {
                        group.addTask(operation: work)
                    }
                }
                addControl {
                    await ticker.run()
                    return nil
                }
                for task in graph.tasks {
                    group.addTask {
                        defer { watch.end(task.number) }
                        try await Self.runTask(task, run, cells[task.number], watch)
                        return nil
                    }
                }
                let (description, writer, board) = (description, writer, board)
                addControl {
                    var coordinator = Coordinator(run, graph: description, writer: writer, board: board, watch: watch)
                    let last = try await coordinator.loop()
                    watch.endAttempt(clock.now, last: last)
                    return last
                }
                // The ticker ends only when it is cancelled; everything else ends by itself or fails.
                var first: (any Error)?
                var last: Manifest?
                for _ in 0...graph.tasks.count {
                    do { if let manifest = try await group.next() ?? nil { last = manifest } } catch {
                        if first == nil || first is CancellationError { first = error }
                        watch.endAttempt(clock.now, cause: error)
                        control.abort()
                    }
                }
                group.cancelAll()
                if let first { throw first }
                guard let last else { throw PipelineError.internalFault("a run ended without a last checkpoint") }
                return last
            }
        } onCancel: {
            control.abort()
        }
    }

    private static func runTask(
        _ task: TaskID, _ run: RunContext, _ cell: TaskStatusCell, _ watch: RunWatch
    ) async throws {
        let graph = run.graph
        let head = graph.plan.stages[task.stage].head
        let keyedTasks = graph.tasks.count { graph.plan.stages[$0.stage].head.keyed != nil }
        let budget = MemoryBudget(bytes: run.options.memoryBudget / max(keyedTasks, 1))
        if let stage = head.source {
            let partition = graph.partitions[task.stage][task.index]
            let restored =
                stage.access.isShared
                ? nil : run.restored?.sources.first { $0.operatorID == head.id && $0.partition == partition }
            let promised = Timestamp(milliseconds: restored?.watermark ?? .min)
            let signal = graph.signals[task.number]
            let context = try TaskContext(
                run: run, task: task, hashes: 0...UInt64.max, watermark: Watermark(time: promised), budget: budget,
                signal: signal)
            defer { context.dismantle() }
            context.counters.records = restored?.records ?? 0
            let tracker = WatermarkTracker(stage.watermarks, restored: promised, now: run.options.clock.now)
            let position = restored.flatMap { [UInt8](hexadecimal: $0.position) }
            let body = try stage.open(context, partition, position, tracker, WakeHandle { signal.wake() })
            var loop = SourceTask(
                context: context, body: body, partition: partition, restored: restored,
                throttle: stage.recordsPerSecond, alignment: stage.watermarks.alignment, cell: cell)
            watch.begin(
                task.number,
                RunWatch.RunningTask(
                    name: "source '\(head.id)', partition \(partition)", signal: signal, calls: context.calls))
            try await context.whileServingCalls { try await ending(run, watch) { try await loop.loop() } }
        } else if let stage = head.keyed {
            let hashes = run.assignment(of: head).hashes(ofTask: task.index)
            let promised = Timestamp(milliseconds: run.restored?.watermark(ofStage: head.id, hashes: hashes) ?? .min)
            let context = try TaskContext(
                run: run, task: task, hashes: hashes, watermark: Watermark(time: promised), budget: budget,
                signal: graph.signals[task.number])
            defer { context.dismantle() }
            let handler = stage.makeHandler(context)
            var loop = KeyedTask(
                context: context, inbox: graph.inboxes[task.stage][task.index],
                senders: graph.senders(of: task.stage), handle: handler, cell: cell)
            watch.begin(
                task.number,
                RunWatch.RunningTask(
                    name: "operator '\(head.id)', task \(task.index + 1) of \(graph.tasks(of: task))",
                    signal: context.signal, calls: context.calls))
            try await context.whileServingCalls { try await ending(run, watch) { try await loop.loop() } }
        }
    }

    /// Runs a task's `loop`. If it fails, the attempt ends at once, however long its calls take.
    private static func ending(_ run: RunContext, _ watch: RunWatch, _ loop: () async throws -> Void) async throws {
        do { try await loop() } catch {
            watch.endAttempt(run.options.clock.now, cause: error)
            run.control.abort()
            throw error
        }
    }
}
