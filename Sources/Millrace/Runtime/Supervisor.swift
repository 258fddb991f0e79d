import Foundation
import Logging
import Synchronization

/// Runs a pipeline: opens its state, and makes attempts as the restart strategy allows.
final class Supervisor: Sendable {
    private let pipeline: Pipeline
    private let options: RunOptions
    private let stop: PipelineStop
    private let store: CheckpointStore?
    private let writer: CheckpointWriter
    private let board: StatusBoard
    private let graph: GraphDescription
    private let partitionsChanged = RequestBox()
    /// Whether the sinks have been recovered in this run; until then an attempt counts as a first start.
    private let hasRecovered = Atomic(false)
    private let hasStartedOutputs = Atomic(false)

    init(_ pipeline: Pipeline, _ options: RunOptions, _ stop: PipelineStop) throws {
        self.pipeline = pipeline
        self.options = options
        self.stop = stop
        try RunRules.check(pipeline.plan, options)
        writer = CheckpointWriter(inline: options.writesInline)
        board = StatusBoard(options, pipeline.plan)
        let (watch, clock) = (stop.watch, options.clock)
        stop.observeEnding { watch.stop(clock.now) }
        graph = pipeline.plan.describe(options.parallelism)
        store = try options.checkpoints.flatMap { checkpoints in
            try checkpoints.directory.map {
                try CheckpointStore(
                    folder: StateFolder(path: $0, fresh: checkpoints.fresh), maximumSize: checkpoints.maximumSize)
            }
        }
    }

    var lastCheckpoint: CheckpointNumber { board.checkpoint }

    /// The status at the end of the run.
    var status: PipelineStatus { board.status(isFinished: true) }

    /// Runs to the end, or throws the last failure.
    func run() async throws -> PipelineStatus {
        options.state?.attach(store)
        defer { options.state?.attach(nil) }
        options.logger.notice("\(RunRules.announcement(pipeline, options))")
        let result: Result<PipelineStatus, any Error>
        do { result = .success(try await runUntilDone()) } catch { result = .failure(error) }
        for stage in pipeline.plan.stages { stage.head.source?.access.disconnect() }
        for output in pipeline.plan.sharedOutputs { output.close() }
        await stop.watch.step("what is written to the state folder and the sinks") { await writer.finish() }
        for node in pipeline.plan.operators { node.sink?.close() }
        return try result.get()
    }

    private func runUntilDone() async throws -> PipelineStatus {
        var decider = RestartDecider(options.restart)
        var failures = 0
        var lastFailure: PipelineError?
        var start = Start.first
        while true {
            do {
                let last = try await attempt(start)
                if let last, partitionsChanged.take(), !last.isComplete, !stop.isRequested {
                    options.logger.notice("\(pipeline.name): new partitions after checkpoint \(last.checkpoint)")
                    start = .goOn(last)
                    continue
                }
                let status = board.status(isFinished: true)
                options.onStatus?(status)
                return status
            } catch PipelineError.failed(_, _, _, let cause as any RepeatedAttempt)
                where !Task.isCancelled
            {
                if stop.isRequested {
                    options.logger.notice("\(pipeline.name) ends with its previous checkpoint: \(cause)")
                    return board.status(isFinished: true)
                }
                options.logger.notice("\(pipeline.name) goes on from its last checkpoint: \(cause)")
                start = .again
            } catch is StoppedEarly {
                options.logger.notice("\(pipeline.name) is stopped before its sources are open")
                return board.status(isFinished: true)
            } catch {
                guard Self.isWorthRestarting(error), !Task.isCancelled else { throw error }
                failures += 1
                // A failure at the same place is no progress, even if checkpoints were stored in between.
                let failure = error as? PipelineError
                if board.takeProgress(), !(failure?.isAtSamePlace(as: lastFailure) ?? false) { decider.noteProgress() }
                lastFailure = failure
                let isTransient = Self.transientCause(of: error) != nil
                guard let delay = decider.delay(afterFailureAt: options.clock.now, isTransient: isTransient),
                    !stop.isRequested
                else {
                    throw failures == 1 ? error : PipelineError.gaveUp(after: failures, cause: error)
                }
                options.logger.error(
                    "\(pipeline.name) failed and starts again in \(delay) from its last checkpoint: \(error)")
                board.noteRestart()
                do { try await sleep(delay) } catch is StoppedEarly {
                    throw failures == 1 ? error : PipelineError.gaveUp(after: failures, cause: error)
                }
                if hasRecovered.load(ordering: .relaxed) { start = .again }
            }
        }
    }

    private func sleep(_ delay: Duration) async throws {
        let clock = options.clock
        try await stop.cancelling { try await clock.sleep(until: clock.now + delay) }
    }

    /// What an attempt follows.
    private enum Start {
        case first
        /// A failure.
        case again
        /// An attempt that ended with this checkpoint because the partitions have changed.
        case goOn(Manifest)
    }

    /// Whether a restart may succeed: after most failures while running, and after transient failures at the start.
    private static func isWorthRestarting(_ error: any Error) -> Bool {
        guard let error = error as? PipelineError else { return transientCause(of: error) != nil }
        switch error {
        case .failed(_, _, _, let cause):
            return !(cause is any PermanentFailure) && (cause as? StateError)?.isTransient ?? true
        case .gaveUp, .checkpointsFailed, .notEnded, .internalFault: return false
        }
    }

    /// The transient failure that caused the error, if there is one.
    private static func transientCause(of error: any Error) -> (any TransientFailure)? {
        var cause = error
        if case PipelineError.failed(_, _, _, let inner) = error { cause = inner }
        guard let failure = cause as? any TransientFailure, failure.isTransient else { return nil }
        return failure
    }

    /// Runs until the last checkpoint, and returns it; `nil` if there was nothing to do.
    private func attempt(_ start: Start) async throws -> Manifest? {
        let manifests = try store?.storedManifests() ?? []
        let folder = manifests.last?.folder ?? (store == nil ? "" : UUID().uuidString)
        var isRestart = false
        if case .again = start { isRestart = true }
        let sinkRun = SinkRun(
            pipeline: pipeline.name, folder: folder, isRestart: isRestart, logger: options.logger)
        let marker = try await startOutputs(folder)
        var restored = try restore(manifests, marker, start)
        if let manifest = restored {
            restored = try OperatorMatching(
                manifest.graph, graph, needed: manifest.operatorIDs, path: options.checkpoints?.directory ?? ""
            )
            .renaming(manifest, for: graph)
        }
        let migration = try restored.flatMap { manifest in
            try store?.planMigration(of: manifest, for: pipeline.plan.operators.map(\.stateDeclaration))
        }
        if let migration { restored = migration.manifest }
        if let restored, restored.isComplete {
            try await CompletedRun(manifest: restored, plan: pipeline.plan, options: options).refuseNewInput()
            // The last run may have crashed between its last checkpoint and the publishing of its output.
            try await recoverOutputs(restored, start, sinkRun)
            options.logger.notice(
                "\(pipeline.name) was completed at checkpoint \(restored.checkpoint): nothing to do. Start over with --fresh (checkpoints.fresh)"
            )
            board.attach([], restored: restored, checkpoint: restored.checkpoint)
            return nil
        }
        let catalogue = try StateCatalogue(
            graph: graph, restored: restored, inUse: store?.numbersInUse() ?? [],
            allowNonRestoredState: options.checkpoints?.allowNonRestoredState ?? [],
            path: options.checkpoints?.directory ?? "")
        try await recoverOutputs(restored, start, sinkRun)
        hasRecovered.store(true, ordering: .relaxed)
        let open: @Sendable () async throws -> [[PartitionID]] = { [self, restored] in
            try await SourceStart(pipeline.plan, restored, logger: options.logger).open(
                pipeline: pipeline.name, options: options, changed: partitionsChanged, storesPositions: store != nil,
                commitsWithOutput: pipeline.plan.sharedOutputs.contains { $0.isTransactional })
        }
        // Only a shared source may wait without limit, for its group.
        let partitions = try await stop.watch.step("the sources to open") {
            try await pipeline.plan.sharedSource == nil ? open() : stop.cancelling(open)
        }
        // Not before: a program that is refused, or whose sources cannot be opened, leaves the folder to the one before.
        if let migration { try store?.store(migration) }
        let executionGraph = ExecutionGraph(
            pipeline.plan, partitions: partitions, options: options, restored: restored)
        for (stage, tasks, wanted) in executionGraph.kept {
            options.logger.notice(
                "operator '\(stage)' goes on in \(tasks) tasks, as before, and not in \(wanted): an idle input came back, and the event times of its tasks differ. A start at which they are equal has it in \(wanted)"
            )
        }
        BroadcastAdvice.say(executionGraph, options.logger)
        let control = RunControl()
        let run = RunContext(
            graph: executionGraph, options: options, store: store, restored: restored, catalogue: catalogue,
            control: control,
            outputs: pipeline.plan.sharedOutputs, sinkRun: sinkRun,
            numberedAfter: restored?.checkpoint ?? unstored)
        for output in run.outputs { output.begin(run.lastCheckpoint.next) }
        return try await Attempt(
            run: run, description: graph, writer: writer, board: board, stop: stop, partitionsChanged: partitionsChanged
        ).run()
    }

    /// The last checkpoint of an earlier attempt, if it is not in a state folder, because sources keep their positions
    /// themselves.
    private var unstored: CheckpointNumber {
        store == nil && pipeline.plan.keepsPositions ? board.begunCheckpoint : .none
    }

    /// Starts the outputs that sinks share. Returns the marker of the transactional one.
    private func startOutputs(_ folder: String) async throws -> CommitMarker? {
        let outputs = pipeline.plan.sharedOutputs
        if outputs.isEmpty { return nil }
        let run = OutputRun(
            pipeline: pipeline.name, delivery: options.delivery, interval: options.interval(for: pipeline.plan),
            folder: folder, isRestart: hasStartedOutputs.load(ordering: .relaxed),
            isStopping: { [stop] in stop.isRequested }, logger: options.logger)
        let markers: [CommitMarker?]
        do {
            markers = try await stop.watch.step("\(outputs.map(\.summary).joined(separator: ", ")) to be reached") {
                try await writer.perform { try outputs.map { try $0.start(run) } }
            }
        } catch is CancellationError where stop.isRequested && !Task.isCancelled { throw StoppedEarly() }
        hasStartedOutputs.store(true, ordering: .relaxed)
        let transactional = outputs.filter(\.isTransactional)
        guard transactional.count <= 1 else {
            throw ConfigurationError(
                "Exactly-once output goes to \(transactional.map(\.summary).joined(separator: " and ")), which cannot commit as one",
                advice: "Write to one of them, or choose delivery at-least-once")
        }
        return markers.compactMap(\.self).first
    }

    private func restore(_ manifests: [Manifest], _ marker: CommitMarker?, _ start: Start) throws -> Manifest? {
        guard let store else {
            if case .goOn(let manifest) = start { return manifest }
            return nil
        }
        switch Recovery.plan(manifests) {
        case .startOver: return nil
        case .resume(let manifest):
            if let marker, marker.folder == manifest.folder, marker.checkpoint > manifest.checkpoint {
                throw oldCopy(manifest, marker.checkpoint)
            }
            return manifest
        case .resolve(let prepared, let before):
            guard pipeline.plan.sharedOutputs.contains(where: \.isTransactional) else {
                throw StateError(
                    .mismatch,
                    "Checkpoint \(prepared.checkpoint) in \(store.path) waits for a transaction of \(prepared.output?.name ?? "another system"), which this run does not write to",
                    advice: "Run it once more with that sink and delivery exactly-once, or start over with --fresh")
            }
            switch Recovery.judge(prepared, marker) {
            case .counts:
                try store.resolve(prepared, keeping: true)
                var committed = prepared
                committed.mark = .committed
                return committed
            case .never:
                try store.resolve(prepared, keeping: false)
                return before
            case .ahead(let checkpoint): throw oldCopy(prepared, checkpoint)
            case .unknown:
                throw StateError(
                    .mismatch,
                    "Checkpoint \(prepared.checkpoint) in \(store.path) waits for a transaction of \(prepared.output?.name ?? "another system"), and the marker that tells its outcome is gone",
                    advice:
                        "Find out whether its output is there, and say so with 'millrace checkpoint resolve --state \(store.path)' and --keep or --drop; or start over with --fresh"
                )
            }
        }
    }

    private func oldCopy(_ manifest: Manifest, _ ahead: CheckpointNumber) -> StateError {
        StateError(
            .mismatch,
            "The state folder ends with checkpoint \(manifest.checkpoint), but its output has been committed up to checkpoint \(ahead): the folder is an old copy",
            advice: "Bring back the newer folder; going on from this one would repeat output")
    }

    /// Checks that no unpublished output belongs to a sink that the graph does not have, because it would be lost.
    private func checkPending(_ restored: Manifest?) throws {
        let sinks = pipeline.plan.operators.filter { $0.sink != nil }.map(\.id)
        for output in restored?.outputs ?? [] where !sinks.contains(output.operatorID) {
            let original = OperatorMatching.original(output.operatorID)
            if options.checkpoints?.allowNonRestoredState.contains(original) == true { continue }
            throw StateError(
                .mismatch,
                "The output of sink '\(original)' at checkpoint \(restored?.checkpoint ?? .none) in \(store?.path ?? "") may not be published yet, and would be lost: the graph has no such sink (sinks: \(sinks.isEmpty ? "none" : sinks.joined(separator: ", ")))",
                advice:
                    "Give the sink its old name (name: \"\(original)\"), run the old program to its end once, allow the loss with --drop-state \(original), or start over with --fresh"
            )
        }
    }

    private func recoverOutputs(_ restored: Manifest?, _ start: Start, _ run: SinkRun) async throws {
        let mode: StartMode =
            switch (restored, start) {
            case (let restored?, _): .resumed(restored.checkpoint)
            case (nil, .first): options.checkpoints?.fresh == true ? .fresh : .new
            // Without a checkpoint, sources and output start again, unless the sources keep their positions.
            case (nil, _): pipeline.plan.keepsPositions ? .resumed(unstored) : .fresh
            }
        try checkPending(restored)
        for node in pipeline.plan.operators {
            guard let sink = node.sink else { continue }
            let pending = (restored?.outputs ?? []).filter { $0.operatorID == node.id }.compactMap { entry in
                [UInt8](hexadecimal: entry.description).map {
                    PendingOutput(checkpoint: restored?.checkpoint ?? .none, task: entry.task, description: $0)
                }
            }
            let mayLose =
                options.checkpoints?.allowNonRestoredState.contains(OperatorMatching.original(node.id)) ?? false
            let published = mayLose ? nil : restored?.published.map { $0[node.id] ?? [:] }
            try await stop.watch.step("sink '\(node.id)' to publish what is pending") {
                try await writer.perform { try sink.recover(pending, mode, run.of(node.id, published: published)) }
            }
        }
    }
}
