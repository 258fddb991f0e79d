import Logging
import Metrics
import Synchronization

/// Gathers what tasks and coordinator publish, and hands it to whoever wants to see it.
final class StatusBoard: Sendable {
    private struct State {
        var cells: [TaskStatusCell] = []
        var checkpoint = CheckpointNumber.none
        var last: CheckpointStatistics?
        var longestPause: Duration = .zero
        var restarts = 0
        var failedCheckpoints = 0
        var nextPublication: Duration
        var madeProgress = false
    }

    private let state: Mutex<State>
    private let options: RunOptions
    private let started: Duration
    private let metrics: PipelineMetrics

    init(_ options: RunOptions, pipeline: String) {
        self.options = options
        started = options.clock.now
        metrics = PipelineMetrics(pipeline: pipeline)
        state = Mutex(State(nextPublication: started + options.statusInterval))
    }

    func attach(_ cells: [TaskStatusCell], checkpoint: CheckpointNumber) {
        state.withLock { state in
            state.cells = cells
            state.checkpoint = checkpoint
        }
    }

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

    /// Whether a checkpoint was stored since the last call.
    func takeProgress() -> Bool {
        state.withLock { state in
            defer { state.madeProgress = false }
            return state.madeProgress
        }
    }

    /// When the status is to be published next; `nil` if nobody wants it.
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
        let values = state.cells.map(\.current)
        let sources = values.filter { $0.partition != nil }
        var least = Watermark.end
        for value in values where value.watermark.time < least.time { least = value.watermark }
        let status = PipelineStatus(
            elapsed: options.clock.now - started,
            partitions: sources.compactMap { value in
                value.partition.map {
                    PipelineStatus.Partition(
                        partition: $0, records: value.counters.records, progress: value.progress,
                        watermark: value.watermark)
                }
            },
            records: sources.reduce(0) { $0 + $1.counters.records },
            skipped: values.reduce(0) { $0 + $1.counters.skipped },
            deadLettered: values.reduce(0) { $0 + $1.counters.deadLettered },
            late: values.reduce(0) { $0 + $1.counters.late },
            written: values.reduce(0) { $0 + $1.counters.written },
            peakMemory: values.reduce(0) { $0 + $1.counters.peakMemory },
            watermark: least, checkpoint: state.checkpoint, lastCheckpoint: state.last,
            longestPause: state.longestPause, restarts: state.restarts, isFinished: isFinished)
        metrics.record(status)
        return status
    }
}
