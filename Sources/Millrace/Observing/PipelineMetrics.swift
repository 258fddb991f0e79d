import Metrics

/// The names of the metrics that a pipeline reports to swift-metrics, each with the label `pipeline`. They are part of
/// the public interface.
enum MetricName {
    /// Records read by source tasks.
    static let records = "millrace_records_read"
    /// Records written to sinks.
    static let written = "millrace_records_written"
    /// Records that were too late for their window.
    static let late = "millrace_records_late"
    /// Records dropped by an error policy.
    static let skipped = "millrace_records_skipped"
    /// Records sent to dead-letter outputs.
    static let deadLettered = "millrace_records_dead_lettered"
    /// The time from the start of a checkpoint until it is stored.
    static let checkpointDuration = "millrace_checkpoint_duration"
    /// The size of a checkpoint's changed state, in bytes.
    static let checkpointBytes = "millrace_checkpoint_bytes"
    /// The longest pause of a task for a checkpoint.
    static let checkpointPause = "millrace_checkpoint_pause"
    /// The least event time of all tasks, in milliseconds since 1970.
    static let watermark = "millrace_watermark_milliseconds"
    /// The maximum number of records in a batch.
    static let batchSizeWanted = "millrace_batch_size_wanted"
    /// The number of records in a batch.
    static let batchSize = "millrace_batch_size"
    /// The time that the handler took for a batch.
    static let batchDuration = "millrace_batch_duration"
    /// Records that failed in a batch; each failure counts.
    static let batchFailed = "millrace_batch_records_failed"
    /// Records passed to the handler again.
    static let batchRetried = "millrace_batch_records_retried"
    /// Records that failed permanently, and were handled by the error policy.
    static let batchGivenUp = "millrace_batch_records_given_up"
    /// Records sent to a retry topic.
    static let batchSentBack = "millrace_batch_records_sent_back"
}

/// The metrics of a pipeline.
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
