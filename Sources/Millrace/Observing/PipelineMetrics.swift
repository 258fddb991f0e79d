import Metrics

/// The names under which a pipeline reports to swift-metrics; each has the label `pipeline`. They are part of the
/// public interface.
enum MetricName {
    /// Records read by source tasks.
    static let records = "millrace_records_read"
    /// Records taken by sinks.
    static let written = "millrace_records_written"
    /// Records too late for their window.
    static let late = "millrace_records_late"
    /// Records left out by a policy.
    static let skipped = "millrace_records_skipped"
    /// Records given to dead-letter outputs.
    static let deadLettered = "millrace_records_dead_lettered"
    /// Seconds from the start of a checkpoint to its being stored.
    static let checkpointDuration = "millrace_checkpoint_duration"
    /// Bytes of a checkpoint's deltas.
    static let checkpointBytes = "millrace_checkpoint_bytes"
    /// Longest pause of a task for a checkpoint.
    static let checkpointPause = "millrace_checkpoint_pause"
    /// Event time, in milliseconds since 1970.
    static let watermark = "millrace_watermark_milliseconds"
    /// Records that a batch may have.
    static let batchSizeWanted = "millrace_batch_size_wanted"
    /// Records that batches had.
    static let batchSize = "millrace_batch_size"
    /// Time that handlers took for a batch.
    static let batchDuration = "millrace_batch_duration"
    /// Records that failed in a batch, each time counted.
    static let batchFailed = "millrace_batch_records_failed"
    /// Records handed over again.
    static let batchRetried = "millrace_batch_records_retried"
    /// Records given up (failed for the last time).
    static let batchGivenUp = "millrace_batch_records_given_up"
    /// Records sent to a retry topic.
    static let batchSentBack = "millrace_batch_records_sent_back"
}

/// A pipeline's metrics.
struct PipelineMetrics: Sendable {
    private let records: Gauge
    private let written: Gauge
    private let late: Gauge
    private let skipped: Gauge
    private let deadLettered: Gauge
    private let watermark: Gauge
    private let duration: Metrics.Timer
    private let pause: Metrics.Timer
    private let bytes: Recorder

    init(pipeline: String) {
        let labels = [("pipeline", pipeline)]
        records = Gauge(label: MetricName.records, dimensions: labels)
        written = Gauge(label: MetricName.written, dimensions: labels)
        late = Gauge(label: MetricName.late, dimensions: labels)
        skipped = Gauge(label: MetricName.skipped, dimensions: labels)
        deadLettered = Gauge(label: MetricName.deadLettered, dimensions: labels)
        watermark = Gauge(label: MetricName.watermark, dimensions: labels)
        duration = Metrics.Timer(label: MetricName.checkpointDuration, dimensions: labels)
        pause = Metrics.Timer(label: MetricName.checkpointPause, dimensions: labels)
        bytes = Recorder(label: MetricName.checkpointBytes, dimensions: labels)
    }

    func record(_ statistics: CheckpointStatistics) {
        duration.recordNanoseconds(Int64(statistics.duration.inSeconds * 1e9))
        pause.recordNanoseconds(Int64(statistics.pause.inSeconds * 1e9))
        bytes.record(statistics.bytes)
    }

    func record(_ status: PipelineStatus) {
        records.record(status.records)
        written.record(status.written)
        late.record(status.late)
        skipped.record(status.skipped)
        deadLettered.record(status.deadLettered)
        watermark.record(status.watermark.time.milliseconds)
    }
}
