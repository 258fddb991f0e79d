import KafkaTestBroker
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka
import Testing

/// The records of a key stay in order all the way into the topic, through many checkpoints, on a broker that is slow to take
/// records: the last value of a running count in the topic is the count.
@Suite(.timeLimit(.minutes(20))) struct OrderTests {
    static let keys = 1000

    /// Counts records of a generator by key, exactly once into a topic; fails now and then if asked.
    static func pipeline(_ rig: KafkaRig, records: UInt64, rate: Double?, failures: Once?) -> Pipeline {
        var configuration = rig.configuration
        configuration.clientID = "ordered"
        let kafka = Kafka(configuration, transactionalID: rig.name)
        return Pipeline(rig.name) { graph in
            graph.source(
                GeneratorSource(partitions: 2, count: records / 2) { _, index in index }, recordsPerSecond: rate
            )
            .keyed { Int($0 % UInt64(Self.keys)) }
            .fold(into: 0) { count, _ in count += 1 }.named("counts")
            .map { entry in
                if let failures, entry.value == Int(records) / Self.keys / 2, failures.first() {
                    throw KafkaRigError("a failure half way")
                }
                return entry
            }
            .sink(
                kafka.sink(rig.topic("out")) { entry, outgoing in
                    outgoing.setKey("\(entry.key)")
                    outgoing.setValue("\(entry.value)")
                })
        }
    }

    static func check(_ rig: KafkaRig, records: UInt64, _ comment: String) throws {
        var counts: [String: Int] = [:]
        var inversions = 0
        for record in try rig.records(of: "out") {
            let key = record.key ?? ""
            let value = Int(record.value ?? "") ?? 0
            if value != counts[key, default: 0] + 1 { inversions += 1 }
            counts[key] = value
        }
        #expect(inversions == 0, "\(comment): \(inversions) records not behind the one before them")
        #expect(counts.count == Self.keys)
        #expect(counts.values.allSatisfy { $0 == Int(records) / Self.keys }, "\(comment): wrong last counts")
    }

    /// `MILLRACE_SOAK=1`: 50 runs.
    @Test(arguments: [1, 3], [false, true])
    func countsStayInOrder(partitions: Int, fails: Bool) async throws {
        for round in 1...(Soak.isOn ? 13 : 2) {
            let records: UInt64 = Soak.isOn ? 400_000 : 100_000
            let rig = try await KafkaRig()
            try rig.makeTopic("out", partitions: partitions)
            rig.broker?.faults.add(.delayResponse(.milliseconds(4)), to: .produce, times: .max, client: "ordered")
            let folder = try TemporaryFolder()
            var options = rig.options(.exactlyOnce, folder: folder.path, every: .milliseconds(20))
            options.restart = .fixedDelay(attempts: 3, delay: .milliseconds(10))
            let failures = fails ? Once() : nil
            try await Self.pipeline(rig, records: records, rate: Soak.isOn ? nil : 60_000, failures: failures)
                .run(options)
            if let failures { #expect(!failures.first(), "no failure") }
            try Self.check(rig, records: records, "\(partitions) partitions, round \(round)")
            try await rig.stop()
        }
    }
}
