import Logging
import Metrics
import Synchronization

/// Collects the status that the tasks and the coordinator publish, and reports it.
final class StatusBoard: Sendable {
    private struct State {
        var cells: [TaskStatusCell] = []
        var checkpoint = CheckpointNumber.none
        var begunCheckpoint = CheckpointNumber.none
        var last: CheckpointStatistics?
        var longestPause: Duration = .zero
        var restarts = 0
        var failedCheckpoints = 0
        var nextPublication: Duration
        var madeProgress = false
        /// Records that runs before this process had read.
        var readBefore: [TaskStatusCell.Origin: UInt64] = [:]
        /// Records read by earlier attempts from sources whose counts no checkpoint keeps.
        var readByEarlierAttempts: UInt64 = 0
        var warned: Set<TaskStatusCell.Origin> = []
        var nextLook: Duration
        var hasBegun = false
    }

    private let state: Mutex<State>
    private let options: RunOptions
    private let plan: LogicalPlan
    private let started: Duration
    private let metrics: PipelineMetrics

    init(_ options: RunOptions, _ plan: LogicalPlan) {
        self.options = options
        self.plan = plan
        started = options.clock.now
        metrics = PipelineMetrics(pipeline: plan.name)
        state = Mutex(
            State(nextPublication: started + options.statusInterval, nextLook: started + HeldEventTime.patience))
    }

    /// Begins an attempt, with the tasks that publish in `cells`.
    func attach(_ cells: [TaskStatusCell], restored: Manifest?, checkpoint: CheckpointNumber) {
        let shared = plan.sharedSource?.id
        state.withLock { state in
            for cell in state.cells where cell.origin?.source == shared && shared != nil {
                state.readByEarlierAttempts += cell.current.counters.records
            }
            for entry in restored?.sources ?? [] where entry.operatorID != shared {
                let origin = TaskStatusCell.Origin(source: entry.operatorID, partition: entry.partition)
                if state.readBefore[origin] == nil, !state.hasBegun { state.readBefore[origin] = entry.records }
            }
            state.hasBegun = true
            state.cells = cells
            state.checkpoint = checkpoint
        }
    }

    /// The last stored checkpoint.
    var checkpoint: CheckpointNumber { state.withLock { $0.checkpoint } }

    /// The last checkpoint whose storing has begun.
    var begunCheckpoint: CheckpointNumber { state.withLock { $0.begunCheckpoint } }

    func noteBegun(_ checkpoint: CheckpointNumber) { state.withLock { $0.begunCheckpoint = checkpoint } }

    func noteRestart() { state.withLock { $0.restarts += 1 } }
    func noteFailedCheckpoint() { state.withLock { $0.failedCheckpoints += 1 } }

    func noteCheckpoint(_ checkpoint: CheckpointNumber, _ statistics: CheckpointStatistics) {
        state.withLock { state in
            state.checkpoint = checkpoint
            state.last = statistics
            state.longestPause = max(state.longestPause, statistics.pause)
            state.madeProgress = true
        }
        metrics.record(statistics)
    }

    /// Returns whether a checkpoint was stored since the last call.
    func takeProgress() -> Bool {
        state.withLock { state in
            defer { state.madeProgress = false }
            return state.madeProgress
        }
    }

    /// When the status is to be published next; `nil` if there is no receiver.
    var nextPublication: Duration? {
        options.onStatus == nil ? nil : state.withLock { $0.nextPublication }
    }

    func publishIfDue(_ now: Duration) {
        guard let onStatus = options.onStatus else { return }
        let isDue = state.withLock { state in
            guard now >= state.nextPublication else { return false }
            state.nextPublication = now + options.statusInterval
            return true
        }
        if isDue { onStatus(status(isFinished: false)) }
    }

    func status(isFinished: Bool) -> PipelineStatus {
        let state = state.withLock { $0 }
        let now = options.clock.now
        let values = state.cells.map(\.current)
        let sources = zip(state.cells, values).compactMap { cell, value in cell.origin.map { ($0, value) } }
        let held = plan.waitsForEventTime ? HeldEventTime.find(sources, now) : [:]
        var least = Watermark.end
        for value in values where value.watermark.time < least.time { least = value.watermark }
        let status = PipelineStatus(
            elapsed: now - started,
            partitions: sources.compactMap { origin, value in
                value.partition.map {
                    PipelineStatus.Partition(
                        partition: $0, records: value.counters.records, progress: value.progress,
                        watermark: value.watermark, holdsBackEventTimeFor: held[origin])
                }
            },
            records: sources.reduce(state.readByEarlierAttempts) { sum, source in
                let (records, before) = (source.1.counters.records, state.readBefore[source.0] ?? 0)
                return sum + records - min(records, before)
            },
            skipped: values.reduce(0) { $0 + $1.counters.skipped },
            deadLettered: values.reduce(0) { $0 + $1.counters.deadLettered },
            late: values.reduce(0) { $0 + $1.counters.late },
            written: values.reduce(0) { $0 + $1.counters.written },
            peakMemory: values.reduce(0) { $0 + $1.counters.peakMemory },
            watermark: least, checkpoint: state.checkpoint, lastCheckpoint: state.last,
            longestPause: state.longestPause, failedCheckpoints: state.failedCheckpoints, restarts: state.restarts,
            isFinished: isFinished)
        metrics.record(status)
        return status
    }

    // MARK: Event time that is held back

    /// When `warnIfHeld` is due next; `nil`: never.
    var nextLook: Duration? {
        // In tests that schedule every step, the clock must stop when there is nothing left to do.
        guard plan.waitsForEventTime, !options.writesInline || options.onStatus != nil else { return nil }
        return state.withLock { $0.nextLook }
    }

    /// Logs a warning, once for each partition, that event time waits for it.
    func warnIfHeld(_ now: Duration) {
        guard let nextLook, now >= nextLook else { return }
        let cells = state.withLock { state in
            state.nextLook = now + HeldEventTime.interval
            return state.cells
        }
        let sources = cells.compactMap { cell in cell.origin.map { ($0, cell.current) } }
        for (origin, silence) in HeldEventTime.find(sources, now) {
            guard state.withLock({ $0.warned.insert(origin).inserted }) else { continue }
            options.logger.warning(
                "\(HeldEventTime.sentence(origin, silentFor: silence, ahead: sources.map(\.1.watermark)))")
        }
    }
}
