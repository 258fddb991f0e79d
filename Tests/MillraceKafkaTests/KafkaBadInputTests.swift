import Foundation
import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// Brokers that are not there, topics that are not, records that are not what they should be: each a clear error, or the
/// policy's outcome.
@Suite(.timeLimit(.minutes(20))) struct KafkaBadInputTests {
    struct Order: Codable, Sendable {
        let id: Int
    }

    static func orders(
        _ rig: KafkaRig, _ kafka: Kafka, _ options: KafkaSourceOptions = KafkaSourceOptions(stopsAtLatest: true),
        to output: @escaping @Sendable (Order) -> Void = { _ in }
    ) -> Pipeline {
        Pipeline("\(rig.name)-orders") { graph in
            graph.source(kafka.source(rig.topic("in"), decoding: .json(Order.self), options: options), name: "orders")
                .forEach { output($0) }
        }
    }

    func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    func expect(_ text: String, names parts: String...) {
        for part in parts { #expect(text.contains(part), "'\(part)' is missing in: \(text)") }
    }

    @Test func aBrokerThatIsNotThere() async throws {
        let rig = try await KafkaRig()
        try await rig.stop()
        var options = KafkaSourceOptions(stopsAtLatest: true)
        options.timeout = .seconds(1)
        let kafka = Kafka(brokers: "127.0.0.1:1")
        let text = await message {
            try await Self.orders(rig, kafka, options).run(rig.options(.atLeastOnce, folder: nil))
        }
        expect(text, names: rig.topic("in"), "127.0.0.1:1", "broker listens")
    }

    @Test func aTopicThatIsNotThere() async throws {
        let rig = try await KafkaRig()
        let text = await message {
            try await Self.orders(rig, Kafka(rig.configuration)).run(rig.options(.atLeastOnce, folder: nil))
        }
        expect(text, names: rig.topic("in"), "UNKNOWN_TOPIC_OR_PART", "Make the topic")
        try await rig.stop()
    }

    @Test func whoIsNotAllowedIsTold() async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.send(["{\"id\":1}"], to: "in")
        let rule = broker.faults.add(.refuse(.topicAuthorizationFailed), to: .metadata, times: 1000, client: "denied")
        var configuration = rig.configuration
        configuration.clientID = "denied"
        let text = await message {
            try await Self.orders(rig, Kafka(configuration)).run(rig.options(.atLeastOnce, folder: nil))
        }
        expect(text, names: rig.topic("in"), "TOPIC_AUTHORIZATION_FAILED", "credentials")
        broker.faults.remove(rule)
        broker.faults.add(.refuse(.transactionalIDAuthorizationFailed), to: .initProducerId, times: 1000)
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(rig.topic("in"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true))
            )
            .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        let refused = await message { try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path)) }
        expect(refused, names: "Kafka at", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "credentials")
        try await rig.stop()
    }

    @Test(arguments: DeliveryGuarantee.allCases)
    func aRecordThatIsTooLarge(delivery: DeliveryGuarantee) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("out", partitions: 1, settings: ["max.message.bytes": "1000"])
        try rig.send([String(repeating: "x", count: 5000)], to: "in", key: { _ in nil })
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(rig.topic("in"), decoding: .string, options: KafkaSourceOptions(stopsAtLatest: true))
            )
            .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        let text = await message { try await pipeline.run(rig.options(delivery, folder: folder.path)) }
        expect(text, names: rig.topic("out"), "MSG_SIZE_TOO_LARGE")
        try await rig.stop()
    }

    @Test(arguments: [KafkaOffsetReset.fail, .earliest, .latest])
    func anOffsetThatIsGone(policy: KafkaOffsetReset) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 1)
        try rig.send((0..<10).map { "{\"id\":\($0)}" }, to: "in")
        let consumer = try KafkaConsumer(rig.configuration, group: rig.name, logger: rig.logger)
        try consumer.commit([CommittedOffset(TopicPartition(rig.topic("in"), 0), 2)])
        consumer.close()
        try await broker.deleteRecords(rig.topic("in"), 0, before: 5)
        let seen = Seen()
        let kafka = Kafka(rig.configuration)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .json(Order.self), group: rig.name,
                    options: KafkaSourceOptions(offsetReset: policy, stopsAtLatest: true))
            )
            .forEach { seen.note("\($0.id)") }
        }
        let text = await message { try await pipeline.run(rig.options(.atLeastOnce, folder: nil)) }
        switch policy {
        case .fail: expect(text, names: "\(rig.topic("in"))/0", "offset 2", "offsetReset")
        case .earliest: #expect(text == "no error" && seen.all == ["5", "6", "7", "8", "9"])
        case .latest: #expect(text == "no error" && seen.all.isEmpty)
        }
        try await rig.stop()
    }

    /// One record in a hundred is not JSON: the others pass, and that one is in the dead letters with its place and reason.
    @Test(arguments: ["fail", "skip", "deadLetter"])
    func corruptRecords(policy: String) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        try rig.makeTopic("dead", partitions: 1)
        try rig.send((0..<100).map { $0 == 42 ? "{\"id\":4x2}" : "{\"id\":\($0)}" }, to: "in")
        let (good, bad) = (Seen(), Seen())
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { graph in
            let dead = graph.sideOutput("dead", of: MalformedInput.self)
            let malformed: MalformedPolicy =
                policy == "fail" ? .fail : policy == "skip" ? .skip : .deadLetter(to: dead)
            graph.source(
                kafka.source(
                    rig.topic("in"), decoding: .json(Order.self), options: KafkaSourceOptions(stopsAtLatest: true)),
                name: "orders", malformed: malformed
            )
            .forEach { good.note("\($0.id)") }
            if policy == "deadLetter" {
                dead.stream.sink(
                    kafka.sink(rig.topic("dead")) { input, outgoing in
                        outgoing.setValue(input.excerpt)
                        outgoing.headers = [KafkaHeader("place", input.place), KafkaHeader("reason", input.reason)]
                        bad.note(input.place)
                    })
            }
        }
        let folder = try TemporaryFolder()
        let text = await message { try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path)) }
        switch policy {
        case "fail":
            expect(text, names: "orders", "\(rig.topic("in"))/0, offset 42", ".skip")
        default:
            #expect(text == "no error")
            #expect(good.all.count == 99)
        }
        if policy == "deadLetter" {
            let dead = try rig.records(of: "dead")
            #expect(dead.count == 1 && dead.first?.value == "{\"id\":4x2}")
            #expect(dead.first?.headers.first?.value == Array("\(rig.topic("in"))/0, offset 42".utf8))
            #expect(dead.first?.headers.last?.value?.isEmpty == false)
        }
        try await rig.stop()
    }

    @Test func exactlyOnceNeedsSomewhereToKeepThings() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 1)
        let (kafka, other) = (Kafka(rig.configuration), Kafka(rig.configuration))
        let options = rig.options(.exactlyOnce, folder: nil)
        let bounded = KafkaSourceOptions(stopsAtLatest: true)
        let counting = Pipeline("counting") { graph in
            graph.source(kafka.source(rig.topic("in"), decoding: .string, options: bounded))
                .keyed { $0 }.fold(into: 0) { count, _ in count += 1 }.named("counts").forEach { _ in }
        }
        expect(await message { try await counting.run(options) }, names: "counts", "state folder", "directory")
        let filling = Pipeline("filling") { graph in
            graph.source(.memory([["a"]]), name: "list").sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        expect(await message { try await filling.run(options) }, names: "list", "directory")
        let crossing = Pipeline("crossing") { graph in
            graph.source(kafka.source(rig.topic("in"), decoding: .string, options: bounded))
                .sink(other.sink(rig.topic("out")) { $1.setValue($0) })
        }
        expect(await message { try await crossing.run(options) }, names: "different clusters", "one Kafka object")
        try await rig.stop()
    }

    @Test func aTransactionTimeoutBelowTheIntervalIsRefused() async throws {
        let rig = try await KafkaRig()
        var configuration = rig.configuration
        configuration["transaction.timeout.ms"] = "1000"
        let kafka = Kafka(configuration, transactionalID: rig.name)
        try rig.makeTopic("in", partitions: 1)
        let pipeline = Pipeline(rig.name) { graph in
            graph.source(kafka.source(rig.topic("in"), decoding: .string))
                .sink(kafka.sink(rig.topic("out")) { $1.setValue($0) })
        }
        let folder = try TemporaryFolder()
        let text = await message {
            try await pipeline.run(rig.options(.exactlyOnce, folder: folder.path, every: .seconds(2)))
        }
        expect(text, names: "1.0 seconds", "2.0 seconds", "transaction.timeout.ms")
        try await rig.stop()
    }
}
