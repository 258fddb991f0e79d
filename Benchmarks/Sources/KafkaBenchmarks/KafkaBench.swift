import CKafkaLoop
import Foundation
import KafkaTestBroker
import Logging
import Millrace
import MillraceKafka
import RDKafka
import Synchronization

struct Bid: Codable, Sendable, BitwiseCopyable {
    let auction: Int
    let bidder: Int
    let price: Int
    let ts: Int
}

struct Total: BitwiseState, Sendable {
    var count = 0
    var sum = 0
}

struct Row: Encodable, Sendable {
    let auction: Int
    let window: Int64
    let count: Int
    let sum: Int
}

/// The measurements, against one cluster.
struct KafkaBench {
    let address: String
    let broker: KafkaTestBroker?
    let topic = "bids-\(UInt32.random(in: 0...UInt32.max))"
    static let partitions = 4

    private func make(_ name: String, _ partitions: Int) throws {
        let admin = try KafkaAdmin(KafkaConfiguration(brokers: address), logger: Logger(label: "bench"))
        try admin.createTopic(name, partitions: partitions)
    }

    func fill(_ records: Int) async throws {
        try make(topic, Self.partitions)
        let begin = ContinuousClock.now
        let code = kafka_fill(address, topic, Int32(Self.partitions), Int64(records), 0, 1_700_000_000_000)
        guard code == 0 else { throw BenchError("filling the topic failed: \(code)") }
        report("filled", records, since: begin, cpu: 0)
    }

    /// Reading and nothing else: a C loop, then a pipeline that counts bytes.
    func raw(_ records: Int) async throws {
        for round in 1...2 {
            var cpu = Self.cpuSeconds
            var begin = ContinuousClock.now
            let bytes = kafka_drain(address, topic, Int32(Self.partitions), Int64(records))
            let loop = seconds(since: begin)
            report("raw, C loop, round \(round)", records, since: begin, cpu: cpu)
            let sum = SharedSum()
            let pipeline = Pipeline("raw-\(round)") { graph in
                let kafka = Kafka(brokers: address)
                var options = KafkaSourceOptions(start: .earliest)
                options.stopsAtLatest = true
                graph.source(
                    kafka.source(topic, decoding: KafkaDecoder { $0.value?.count ?? 0 }, options: options)
                )
                .sink(SumSink(total: sum))
            }
            cpu = Self.cpuSeconds
            begin = ContinuousClock.now
            try await pipeline.run(options(.atLeastOnce, nil))
            report("raw, pipeline, round \(round)", records, since: begin, cpu: cpu)
            let total = sum.total
            print(
                "  bytes \(total), expected \(bytes)\(total == bytes ? "" : "  WRONG"), time \(text(seconds(since: begin) / loop)) of the loop's"
            )
        }
    }

    /// Tumbling windows of 10 s: count and sum for each auction, exactly once into another topic.
    func windows(_ records: Int) async throws {
        for tasks in [2] {
            let out = "\(topic)-totals"
            try make(out, Self.partitions)
            let folder = NSTemporaryDirectory() + "millrace-bench-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let written = Mutex((rows: 0, count: 0))
            let pipeline = Pipeline("windows") { graph in
                let kafka = Kafka(brokers: address)
                var options = KafkaSourceOptions(start: .earliest)
                options.stopsAtLatest = true
                let rows = Self.totals(graph, kafka, topic, options)
                    .map {
                        Row(
                            auction: $0.key, window: $0.window.start.milliseconds, count: $0.value.count,
                            sum: $0.value.sum)
                    }
                rows.sink(kafka.sink(out, jsonKeyedBy: { "\($0.auction)" }))
                rows.forEach { row in
                    written.withLock {
                        $0.rows += 1
                        $0.count += row.count
                    }
                }
            }
            let cpu = Self.cpuSeconds
            let threads = ThreadTimes.now
            let begin = ContinuousClock.now
            var settings = options(.exactlyOnce, folder)
            settings.parallelism = .tasks(tasks)
            let statistics = Mutex("")
            settings.onStatus = { status in
                if let last = status.lastCheckpoint { statistics.withLock { $0 = "\(last)" } }
            }
            try await pipeline.run(settings)
            report("windows, exactly once, \(tasks) tasks", records, since: begin, cpu: cpu)
            let found = written.withLock { $0 }
            print("  by threads that still live: \((ThreadTimes.now - threads).text)")
            print(
                "  \(found.rows) rows, of \(found.count) records\(found.count == records ? "" : "  WRONG"), last checkpoint \(statistics.withLock { $0 })"
            )
        }
    }

    func options(_ delivery: DeliveryGuarantee, _ folder: String?, every: Duration = .seconds(1)) -> RunOptions {
        var options = RunOptions(
            checkpoints: folder.map { CheckpointOptions(directory: $0, every: every) } ?? .init(every: every))
        options.delivery = delivery
        options.logger.logLevel = .error
        return options
    }

    func report(_ what: String, _ records: Int, since begin: ContinuousClock.Instant, cpu: Double) {
        let elapsed = seconds(since: begin)
        let used = cpu == 0 ? "" : ", \(text(Self.cpuSeconds - cpu)) s of processors (broker's included)"
        print(
            "\(what): \(Int(Double(records) / elapsed)) records/s, \(text(elapsed)) s\(used), RSS \(Self.residentMegabytes) MB"
        )
    }

    func text(_ value: Double) -> String { String(format: "%.2f", value) }

    func seconds(since begin: ContinuousClock.Instant) -> Double { begin.duration(to: .now) / .seconds(1) }

    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    static var residentMegabytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 256
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Adds up numbers, a task at a time.
struct SumSink: Sink {
    let total: SharedSum

    func open(_ context: SinkContext) -> Writer { Writer(total: total) }
    var summary: String { "a sum" }

    struct Writer: SinkWriter {
        let total: SharedSum
        var sum = 0
        mutating func write(_ record: Int, at time: Timestamp) { sum &+= record }
        mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? {
            total.add(sum)
            sum = 0
            return nil
        }
    }
}

final class SharedSum: Sendable {
    private let value = Mutex(0)
    func add(_ more: Int) { value.withLock { $0 += more } }
    var total: Int { value.withLock { $0 } }
}
