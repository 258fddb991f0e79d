import Metrics

/// The metrics that a batch operator reports to swift-metrics, with the labels `pipeline` and `operator`.
struct BatchMetrics: Sendable {
    private let size: Recorder
    private let duration: Metrics.Timer
    private let failed: Counter
    private let retried: Counter
    private let givenUp: Counter
    private let sentBack: Counter

    init(pipeline: String, operatorID: String, wanted: Int) {
        let labels = [("pipeline", pipeline), ("operator", operatorID)]
        Gauge(label: MetricName.batchSizeWanted, dimensions: labels).record(wanted)
        size = Recorder(label: MetricName.batchSize, dimensions: labels)
        duration = Metrics.Timer(label: MetricName.batchDuration, dimensions: labels)
        failed = Counter(label: MetricName.batchFailed, dimensions: labels)
        retried = Counter(label: MetricName.batchRetried, dimensions: labels)
        givenUp = Counter(label: MetricName.batchGivenUp, dimensions: labels)
        sentBack = Counter(label: MetricName.batchSentBack, dimensions: labels)
    }

    func closed(_ count: Int) { size.record(count) }
    func took(_ time: Duration) { duration.recordNanoseconds(Int64(time.inSeconds * 1e9)) }
    func failed(_ count: Int) { if count > 0 { failed.increment(by: count) } }
    func retried(_ count: Int) { if count > 0 { retried.increment(by: count) } }
    func gaveUp() { givenUp.increment() }
    func sentBackOne() { sentBack.increment() }
}
