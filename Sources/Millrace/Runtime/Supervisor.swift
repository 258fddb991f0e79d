import Logging

/// Runs a pipeline: opens its state, makes one attempt after another as the restart strategy allows.
final class Supervisor: Sendable {
    private let pipeline: Pipeline
    private let options: RunOptions
    private let stop: PipelineStop
    private let store: CheckpointStore?
    private let writer: CheckpointWriter
    private let board: StatusBoard
    private let graph: GraphDescription

    init(_ pipeline: Pipeline, _ options: RunOptions, _ stop: PipelineStop) throws {
        self.pipeline = pipeline
        self.options = options
        self.stop = stop
        writer = CheckpointWriter(inline: options.writesInline)
        board = StatusBoard(options, pipeline: pipeline.name)
        graph = pipeline.plan.describe(options.parallelism)
        store = try options.checkpoints.map { checkpoints in
            try CheckpointStore(
                folder: StateFolder(path: checkpoints.directory, fresh: checkpoints.fresh),
                maximumSize: checkpoints.maximumSize)
        }
    }

    /// Runs to the end, or throws the error that no restart mended.
    func run() async throws -> PipelineStatus {
        do {
            let status = try await runUntilDone()
            await writer.drain()
            return status
        } catch {
            await writer.drain()
            throw error
        }
    }

    private func runUntilDone() async throws -> PipelineStatus {
        var decider = RestartDecider(options.restart)
        var failures = 0
        var isFirst = true
        while true {
            do {
                try await attempt(isFirst: isFirst)
                let status = board.status(isFinished: true)
                options.onStatus?(status)
                return status
            } catch {
                guard Self.isWorthRestarting(error), !Task.isCancelled else { throw error }
                failures += 1
                if board.takeProgress() { decider.noteProgress() }
                guard let delay = decider.delay(afterFailureAt: options.clock.now), !stop.isRequested else {
                    throw failures == 1 ? error : PipelineError.gaveUp(after: failures, cause: error)
                }
                options.logger.error(
                    "\(pipeline.name) failed and starts again in \(delay) from its last checkpoint: \(error)")
                board.noteRestart()
                try await options.clock.sleep(until: options.clock.now + delay)
                isFirst = false
            }
        }
    }

    /// A failure while running may pass; what is wrong at start stays wrong.
    private static func isWorthRestarting(_ error: any Error) -> Bool {
        guard let error = error as? PipelineError else { return false }
        switch error {
        case .failed(_, _, _, let cause): return !(cause is StateError)
        case .gaveUp, .checkpointsFailed, .internalFault: return false
        }
    }

    private func attempt(isFirst: Bool) async throws {
        let restored = try restore()
        if let restored, restored.isComplete {
            options.logger.notice(
                "\(pipeline.name) was completed at checkpoint \(restored.checkpoint): nothing to do. Start over with --fresh (checkpoints.fresh)"
            )
            board.attach([], checkpoint: restored.checkpoint)
            return
        }
        let catalogue = try StateCatalogue(
            graph: graph, restored: restored, allowDropping: options.checkpoints?.allowDropping ?? [],
            path: options.checkpoints?.directory ?? "")
        try recoverOutputs(restored, isFirst: isFirst)
        let partitions = try pipeline.plan.stages.map { try $0.head.source?.partitions() ?? [] }
        try checkPartitions(restored, partitions)
        let planned = PlannedRun(
            pipeline.plan, partitions: partitions, options: options,
            keyGroups: restored?.keyGroups ?? options.keyGroups)
        let control = RunControl()
        let run = RunContext(
            plan: planned, options: options, store: store, restored: restored, catalogue: catalogue, control: control)
        try await Attempt(run: run, graph: graph, writer: writer, board: board, stop: stop).run()
    }

    private func restore() throws -> Manifest? {
        guard let store else { return nil }
        switch Recovery.plan(try store.storedManifests()) {
        case .startOver: return nil
        case .resume(let manifest): return manifest
        case .settle(let prepared, let before):
            // No sink of this pipeline commits anywhere else: what was only prepared never counted.
            try store.settle(prepared, counts: false)
            return before
        }
    }

    private func recoverOutputs(_ restored: Manifest?, isFirst: Bool) throws {
        let start: StartMode =
            restored.map { .resumed($0.checkpoint) }
            ?? (isFirst && options.checkpoints?.fresh == true || !isFirst ? .fresh : .new)
        for node in pipeline.plan.operators {
            guard let recover = node.recoverOutputs else { continue }
            let pending = (restored?.outputs ?? []).filter { $0.operatorID == node.id }.compactMap { entry in
                [UInt8](hexadecimal: entry.description).map {
                    PendingOutput(checkpoint: restored?.checkpoint ?? .none, task: entry.task, description: $0)
                }
            }
            try recover(pending, start)
        }
    }

    /// Every partition that is not read to its end has to be there still.
    private func checkPartitions(_ restored: Manifest?, _ partitions: [[PartitionID]]) throws {
        for entry in restored?.sources ?? [] where !entry.isEnded {
            let stage = pipeline.plan.stages.firstIndex { $0.head.id == entry.operatorID }
            guard let stage else {
                throw StateError(
                    .mismatch,
                    "Checkpoint \(restored?.checkpoint ?? .none) has a position of source '\(entry.operatorID)', which the graph does not have",
                    advice: "Give the source its old name, or start over with --fresh")
            }
            guard partitions[stage].contains(entry.partition) else {
                throw SourceError(
                    "Partition \(entry.partition) of source '\(entry.operatorID)' is gone; checkpoint \(restored?.checkpoint ?? .none) had read it up to \(entry.positionText)",
                    advice: "Bring it back, or start over with --fresh")
            }
        }
    }
}
