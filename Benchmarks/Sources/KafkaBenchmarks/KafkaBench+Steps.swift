import Foundation
import Millrace
import MillraceKafka
import Synchronization

extension KafkaBench {
    /// Where the time goes: the same records through a pipeline that does a step more each time.
    func steps(_ records: Int) async throws {
        try await step("reading", records) { graph, kafka, options in
            graph.source(kafka.source(topic, decoding: KafkaDecoder { $0.value?.count ?? 0 }, options: options))
                .sink(SumSink(total: SharedSum()))
        }
        try await step("+ JSON", records) { graph, kafka, options in
            graph.source(kafka.source(topic, decoding: .json(Bid.self), options: options))
                .map { $0.price }
                .sink(SumSink(total: SharedSum()))
        }
        try await step("+ windows", records) { graph, kafka, options in
            Self.totals(graph, kafka, topic, options).map { $0.value.count }
                .sink(SumSink(total: SharedSum()))
        }
        print("  the rest of the windows' time is the output topic and its transactions")
    }

    /// Count and sum for each auction and 10 s.
    static func totals(
        _ graph: Graph, _ kafka: Kafka, _ topic: String, _ options: KafkaSourceOptions
    ) -> Millrace.Stream<WindowResult<Int, Total>> {
        graph.source(
            kafka.source(topic, decoding: .json(Bid.self), options: options),
            eventTime: { Timestamp(milliseconds: Int64($0.ts)) },
            watermarks: .boundedOutOfOrder(by: .seconds(1))
        )
        .keyed(by: \.auction)
        .window(.tumbling(of: .seconds(10)))
        .fold(into: Total()) { total, bid in
            total.count += 1
            total.sum += bid.price
        }
    }

    private func step(
        _ what: String, _ records: Int,
        _ build: @escaping @Sendable (Graph, Kafka, KafkaSourceOptions) -> Void
    ) async throws {
        let address = address
        let folder = NSTemporaryDirectory() + "millrace-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pipeline = Pipeline("step") { graph in
            var options = KafkaSourceOptions(start: .earliest)
            options.stopsAtLatest = true
            build(graph, Kafka(brokers: address), options)
        }
        let cpu = Self.cpuSeconds
        let begin = ContinuousClock.now
        var settings = options(.atLeastOnce, folder)
        settings.parallelism = .tasks(2)
        try await pipeline.run(settings)
        report("  \(what)", records, since: begin, cpu: cpu)
    }
}
