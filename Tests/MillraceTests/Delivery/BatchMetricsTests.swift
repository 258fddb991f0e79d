import Metrics
import MetricsTestKit
import Millrace
import MillraceTesting
import Testing

/// What batches report.
@Suite struct BatchMetricsTests {
    struct Bad: Error {}

    /// swift-metrics has one system a process.
    static let metrics: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    @Test func sizesTimesAndFailuresAreReported() throws {
        let metrics = Self.metrics
        let test = PipelineTest(seed: 1)
        let clock = test.clock
        let pipeline = Pipeline("metrics-of-batches") { graph in
            graph.source(ScriptedSource([(0..<10).map { .record($0) }]))
                .batches(
                    of: 4, onError: .skip,
                    options: .init(
                        acknowledgement: .perRecord, retry: RetryPolicy(attempts: 2, initial: .milliseconds(1)))
                ) { batch in
                    try await clock.sleep(until: clock.now + .milliseconds(20))
                    return .failed(batch.indices.filter { batch[$0] == 5 }.map { RecordFailure($0, Bad()) })
                }
                .named("writes").forEach { _ in }
        }
        try test.run(pipeline)
        let labels = [("pipeline", "metrics-of-batches"), ("operator", "writes")]
        #expect(try metrics.expectRecorder("millrace_batch_size", labels).values == [4, 4, 2])
        #expect(try metrics.expectGauge("millrace_batch_size_wanted", labels).lastValue == 4)
        let times = try metrics.expectTimer("millrace_batch_duration", labels).values
        #expect(times == [Int64](repeating: 20_000_000, count: 4))
        #expect(try metrics.expectCounter("millrace_batch_records_failed", labels).totalValue == 2)
        #expect(try metrics.expectCounter("millrace_batch_records_retried", labels).totalValue == 1)
        #expect(try metrics.expectCounter("millrace_batch_records_given_up", labels).totalValue == 1)
    }
}
