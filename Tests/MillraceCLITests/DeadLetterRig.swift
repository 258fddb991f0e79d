import Foundation
import KafkaTestSupport
import Millrace
import MillraceKafka
import RDKafka

@testable import MillraceCLI

/// A topic `in` of which a pipeline gave some records up, and the topic `dead` in which they are.
struct DeadLetterRig {
    let rig: KafkaRig
    /// When the first record of `in` was written; the others each a millisecond later.
    let start = (SystemClock().wallTime.milliseconds / 1000 - 3600) * 1000

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// Values `{"n":0}` and so on with keys `key 0` and so on, in two partitions. Those that end in 7 are given up as
    /// poison, those that end in 8 because of a timeout.
    init(records: Int = 100) async throws {
        rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        try rig.makeTopic("dead", partitions: 2)
        try write(records)
        let kafka = Kafka(rig.configuration, transactionalID: rig.name)
        let pipeline = Pipeline(rig.name) { [rig] graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<KafkaRecord<[UInt8]>>.self)
            var source = KafkaSourceOptions()
            source.stopsAtLatest = true
            graph.source(kafka.source(rig.topic("in"), decoding: .record(.raw), group: rig.name, options: source))
                .batches(
                    of: 20, onError: .deadLetter(to: dead), options: .init(acknowledgement: .perRecord, retry: .none)
                ) { batch in
                    .failed(
                        batch.enumerated().compactMap { place, record in
                            Self.reason(record.value).map { RecordFailure(place, Failure($0)) }
                        })
                }
                .forEach { _ in }
            dead.stream.sink(kafka.deadLetters(rig.topic("dead"), payload: .raw))
        }
        try await pipeline.run(rig.options(.exactlyOnce, folder: nil))
    }

    private static func reason(_ value: [UInt8]) -> String? {
        switch value.dropLast().last {
        case UInt8(ascii: "7"): "poison"
        case UInt8(ascii: "8"): "timeout after\n3 s"
        default: nil
        }
    }

    private func write(_ count: Int) throws {
        let producer = try KafkaProducer(rig.configuration, logger: rig.logger)
        defer { producer.close() }
        for number in 0..<count {
            try Array("key \(number)".utf8).withUnsafeBytes { key in
                try Array(Self.value(number).utf8).withUnsafeBytes { value in
                    try producer.produce(
                        rig.topic("in"), key: key, value: value, headers: [KafkaHeader("trace", "t\(number)")],
                        timestamp: start + Int64(number))
                }
            }
        }
        try producer.flush(timeout: .seconds(20))
    }

    static func value(_ number: Int) -> String { "{\"n\":\(number)}" }

    /// What came to a topic from a replay.
    func replayed(to base: String = "in") throws -> [KafkaRig.Seen] {
        try rig.records(of: base).filter { $0.headers.contains { $0.name == DeliveryHeader.replayed } }
    }

    /// `millrace deadletters COMMAND --brokers ... --topic (dead) ARGUMENTS`.
    func arguments(_ command: String, _ arguments: [String], topic: String = "dead") -> [String] {
        ["deadletters", command, "--brokers", rig.address, "--topic", rig.topic(topic)] + arguments
    }

    func run(_ command: String, _ arguments: String..., topic: String = "dead") throws -> MillraceRun.Result {
        try MillraceRun(self.arguments(command, arguments, topic: topic)).finish()
    }
}
