import Foundation
import Logging
import Millrace
import MillraceKafka
import RDKafka
import Synchronization

/// Runs with one way of committing, on topics and a group of their own.
struct Trial {
    let way: CommitWay
    let address: String
    private let name = "orders-\(UUID().uuidString.prefix(8).lowercased())"

    init(way: CommitWay, address: String) {
        self.way = way
        self.address = address
    }

    /// What became of the orders.
    struct Outcome {
        let lost: [Int]
        let repeated: [Int]
    }

    /// The orders that were handled, in order; a crash at one of them, once.
    private final class Handler: Sendable {
        private struct State {
            var handled: [Int] = []
            var crashAt: Int?
        }

        private let state: Mutex<State>

        init(crashAt: Int?) { state = Mutex(State(crashAt: crashAt)) }

        var handled: [Int] { state.withLock { $0.handled } }

        func handle(_ order: Int) throws {
            try state.withLock { state in
                if state.handled.count + 1 == state.crashAt {
                    state.crashAt = nil
                    throw Crash(order: order)
                }
                state.handled.append(order)
            }
        }
    }

    private struct Crash: Error, CustomStringConvertible {
        let order: Int
        var description: String { "crash at order \(order)" }
    }

    func crash(at record: Int, orders: Int) async throws -> Outcome {
        let topic = "\(name)-crash"
        try fill(topic, orders)
        let handler = Handler(crashAt: record)
        do {
            try await run(topic, handler)
            throw ExampleError("the consumer did not crash")
        } catch let error as PipelineError {
            guard "\(error)".contains("crash at order") else { throw error }
        }
        try await run(topic, handler)
        let counts = Dictionary(grouping: handler.handled) { $0 }.mapValues(\.count)
        return Outcome(
            lost: (0..<orders).filter { counts[$0] == nil },
            repeated: (0..<orders).filter { counts[$0, default: 0] > 1 })
    }

    func throughput(orders: Int) async throws -> Double {
        let topic = "\(name)-speed"
        try fill(topic, orders)
        let handler = Handler(crashAt: nil)
        let begin = ContinuousClock.now
        try await run(topic, handler)
        let seconds = begin.duration(to: .now) / .seconds(1)
        guard handler.handled.count == orders else {
            throw ExampleError("\(handler.handled.count) of \(orders) orders")
        }
        return Double(orders) / seconds
    }

    private func run(_ topic: String, _ handler: Handler) async throws {
        let kafka = Kafka(brokers: address)
        let pipeline = Pipeline(topic) { graph in
            let options = KafkaSourceOptions(commits: way.commits, stopsAtLatest: true)
            graph.source(kafka.source(topic, decoding: .string, group: topic, options: options))
                .forEach(name: "handle") { order in try handler.handle(Int(order) ?? -1) }
        }
        var options = RunOptions(checkpoints: .init(every: .milliseconds(100)))
        options.delivery = way.delivery
        options.restart = .never
        options.logger.logLevel = .critical
        try await pipeline.run(options)
    }

    private func fill(_ topic: String, _ orders: Int) throws {
        var logger = Logger(label: "orders")
        logger.logLevel = .error
        let configuration = KafkaConfiguration(brokers: address)
        try KafkaAdmin(configuration, logger: logger).createTopic(topic, partitions: 3)
        let producer = try KafkaProducer(configuration, logger: logger)
        defer { producer.close() }
        for order in 0..<orders {
            try Array("\(order)".utf8).withUnsafeBytes {
                try producer.produce(topic, partition: Int32(order % 3), key: nil, value: $0)
            }
        }
        try producer.flush(timeout: .seconds(30))
    }
}

/// Why the example could not go on.
struct ExampleError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
