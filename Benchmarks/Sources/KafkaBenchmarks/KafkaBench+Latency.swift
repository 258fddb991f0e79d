import CKafkaLoop
import Foundation
import Logging
import Millrace
import MillraceKafka
import RDKafka

extension KafkaBench {
    /// 50,000 records a second, each with the time at which it was made, into another topic; how old they are when a reader
    /// of committed records sees them.
    func latency(seconds: Int) async throws {
        try await latency(seconds: seconds, .exactlyOnce, every: 100, linger: 5)
        try await latency(seconds: seconds, .exactlyOnce, every: 10, linger: 5)
        try await latency(seconds: seconds, .atLeastOnce, every: 100, linger: 0)
    }

    private func latency(seconds: Int, _ delivery: DeliveryGuarantee, every interval: Int, linger: Int) async throws {
        let (rate, address) = (50_000, address)
        let (source, out) = (
            "\(topic)-\(delivery)-\(interval)-\(linger)-paced", "\(topic)-\(delivery)-\(interval)-\(linger)-passed"
        )
        try make(source)
        try make(out)
        let folder = NSTemporaryDirectory() + "millrace-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pipeline = Pipeline("latency") { graph in
            var configuration = KafkaConfiguration(brokers: address)
            configuration["linger.ms"] = "\(linger)"
            let kafka = Kafka(configuration)
            graph.source(kafka.source(source, decoding: .raw, options: KafkaSourceOptions(start: .earliest)))
                .sink(
                    kafka.sink(out) { (bytes: [UInt8], outgoing) in
                        outgoing.value.append(contentsOf: bytes)
                    })
        }
        let stop = PipelineStop()
        let settings = options(delivery, folder, every: .milliseconds(interval))
        async let run = pipeline.run(settings, stop: stop)
        async let ages = Self.ages(address, out, count: rate * seconds)
        let code = try await onThread {
            kafka_fill(address, source, Int32(Self.partitions), Int64(rate * seconds), Int64(rate), 0)
        }
        guard code == 0 else { throw BenchError("sending failed: \(code)") }
        // The first second warms up.
        let sorted = try await ages.dropFirst(rate).sorted()
        stop.request()
        _ = try await run
        func quantile(_ part: Double) -> Int64 { sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] }
        print(
            "latency at \(rate) records/s, \(delivery), checkpoint every \(interval) ms, linger.ms \(linger): p50 \(quantile(0.5)) ms, p90 \(quantile(0.9)) ms, p99 \(quantile(0.99)) ms, longest \(sorted.last ?? 0) ms, of \(sorted.count) records"
        )
    }

    private func make(_ name: String) throws {
        let admin = try KafkaAdmin(KafkaConfiguration(brokers: address), logger: Logger(label: "bench"))
        try admin.createTopic(name, partitions: Self.partitions)
    }

    /// Reads `count` committed records, and how many milliseconds old each is when it comes.
    private static func ages(_ address: String, _ topic: String, count: Int) async throws -> [Int64] {
        try await onThread {
            let consumer = try KafkaConsumer(
                KafkaConfiguration(brokers: address), group: "latency", logger: Logger(label: "bench"))
            let places = (0..<Int32(partitions)).map { TopicPartition(topic, $0) }
            let queues = try places.map { try consumer.queue(of: $0) }
            try consumer.assign(places.map { CommittedOffset($0, 0) })
            var ages: [Int64] = []
            ages.reserveCapacity(count)
            let mark = Array("\"ts\":".utf8)
            while ages.count < count {
                var found = false
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                for queue in queues {
                    reading: while true {
                        switch queue.head {
                        case .record(let message):
                            found = true
                            if let value = message.value { ages.append(now - Self.time(value, mark)) }
                            queue.advance()
                        case .nothing: break reading
                        case .end: queue.advance()
                        case .failure(let error): throw error
                        }
                    }
                }
                if !found { usleep(1000) }
            }
            return ages
        }
    }

    private static func time(_ value: UnsafeRawBufferPointer, _ mark: [UInt8]) -> Int64 {
        // {"auction":..,"bidder":..,"price":..,"ts":1700000000123}
        var time: Int64 = 0
        for byte in value.dropFirst(value.count - 14).dropLast() { time = time * 10 + Int64(byte) - 48 }
        return time
    }
}

/// Does work that waits on a thread of its own, so that the pipeline keeps Swift's.
func onThread<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try work() }) }.start()
    }
}
