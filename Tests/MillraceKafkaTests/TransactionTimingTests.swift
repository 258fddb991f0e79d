import KafkaTestBroker
import KafkaTestSupport
import Millrace
import RDKafka
import Testing

@testable import MillraceKafka

/// How long transactions stay open, within what a broker allows.
@Suite(.timeLimit(.minutes(20))) struct TransactionTimingTests {
    static let configuration = KafkaConfiguration(brokers: "localhost:9092")

    static func timeout(_ interval: Duration?, isInGroup: Bool = false) throws -> Duration {
        try TransactionTiming(configuration, interval: interval, isInGroup: isInGroup).timeout
    }

    @Test func whatIsAskedFor() throws {
        #expect(try Self.timeout(.seconds(1)) == .seconds(60))
        #expect(try Self.timeout(.seconds(1), isInGroup: true) == .seconds(10))
        #expect(try Self.timeout(.seconds(5), isInGroup: true) == .seconds(30))
        #expect(try Self.timeout(.seconds(100)) == .seconds(600))
        // Kafka's own limit, as long as that is longer than an interval.
        #expect(try Self.timeout(.seconds(200)) == .seconds(900))
        #expect(try Self.timeout(.seconds(899)) == .seconds(900))
        #expect(try Self.timeout(.seconds(1000)) == .seconds(3000))
    }

    @Test func whatTheBrokerAllows() throws {
        var timing = try TransactionTiming(Self.configuration, interval: .seconds(5), isInGroup: false)
        try timing.bound(by: .seconds(20))
        #expect(timing.timeout == .seconds(20))
        try timing.bound(by: nil)
        #expect(timing.timeout == .seconds(10))
        let error = #expect(throws: ConfigurationError.self) { try timing.bound(by: .seconds(4)) }
        #expect(
            error?.description.contains("4.0 seconds") == true && error?.description.contains("5.0 seconds") == true)
        var given = Self.configuration
        given["transaction.timeout.ms"] = "60000"
        var fixed = try TransactionTiming(given, interval: .seconds(5), isInGroup: false)
        let refused = #expect(throws: ConfigurationError.self) { try fixed.bound(by: .seconds(30)) }
        #expect(refused?.description.contains("30.0 seconds") == true)
    }

    static func run(_ rig: KafkaRig, every interval: Duration, log: LogLines) async throws {
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(rig.topic("in"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true))
            )
            .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        var options = rig.options(.exactlyOnce, folder: folder.path, every: interval)
        options.logger = log.logger()
        try await pipeline.run(options)
    }

    @Test(arguments: [(900, 200), (30, 1), (30, 20)])
    func aRunKeepsToIt(limit: Int, interval: Int) async throws {
        var configuration = KafkaTestBroker.Configuration()
        configuration.maximumTransactionTimeout = .seconds(limit)
        let rig = try await KafkaRig(configuration)
        guard rig.broker != nil else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1)
        try rig.send(["a", "b"], to: "in")
        let log = LogLines()
        try await Self.run(rig, every: .seconds(interval), log: log)
        #expect(try rig.values(of: "out") == ["a", "b"])
        let isBound = log.all.contains { $0.contains("no more than 30.0 seconds") }
        #expect(isBound == (limit == 30), "\(log.all)")
        try await rig.stop()
    }

    @Test func moreThanTheBrokerAllowsIsRefused() async throws {
        let rig = try await KafkaRig()
        guard rig.broker != nil else { return }
        try rig.makeTopic("in", partitions: 1)
        let error = await #expect(throws: ConfigurationError.self) {
            try await Self.run(rig, every: .seconds(1200), log: LogLines())
        }
        #expect(error?.description.contains("transaction.max.timeout.ms") == true, "\(String(describing: error))")
        #expect(error?.description.contains("900.0 seconds") == true, "\(String(describing: error))")
        try await rig.stop()
    }
}
