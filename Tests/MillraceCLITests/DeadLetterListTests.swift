import Foundation
import KafkaTestSupport
import MillraceKafka
import RDKafka
import Testing

@testable import MillraceCLI

/// What `millrace deadletters list` and `show` say of a dead-letter topic.
@Suite(.serialized) struct DeadLetterListTests {
    private struct Line: Decodable {
        struct Place: Decodable {
            let topic: String
            let partition: Int32
            let offset: Int64
        }
        struct Header: Decodable {
            let name: String
            let value: String?
        }
        let partition: Int32
        let offset: Int64
        let from: Place
        let key: String
        let value: String
        let reason: String
        let attempts: Int
        let `operator`: String
        let headers: [Header]
    }

    private static func lines(_ result: MillraceRun.Result) throws -> [Line] {
        try result.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test func listShowsAndFilters() async throws {
        let letters = try await DeadLetterRig()
        let table = try letters.run("list")
        #expect(table.status == 0 && table.errors == "")
        #expect(table.lines.count == 22)
        #expect(table.lines[0].hasPrefix("partition  offset  given up"))
        #expect(table.lines.count { $0.hasSuffix(#"batches-1  timeout after\n3 s"#) } == 10)
        #expect(table.lines.last == #"20 dead letters: 10 × poison, 10 × timeout after\n3 s"#)

        let all = try Self.lines(letters.run("list", "--json"))
        #expect(Set(all.map(\.value)) == Set((0..<100).filter { [7, 8].contains($0 % 10) }.map(DeadLetterRig.value)))
        #expect(all.allSatisfy { $0.from.topic == letters.rig.topic("in") && $0.operator == "batches-1" })
        #expect(all.allSatisfy { $0.attempts == 1 && $0.headers.contains { $0.name == "trace" } })

        #expect(try Self.lines(letters.run("list", "--json", "--reason", "poison")).count == 10)
        #expect(try Self.lines(letters.run("list", "--json", "--key", "key 17")).map(\.value) == ["{\"n\":17}"])
        #expect(try Self.lines(letters.run("list", "--json", "--key", "0x6b6579203137")).count == 1)
        #expect(try Self.lines(letters.run("list", "--json", "--from-topic", letters.rig.topic("in"))).count == 20)
        #expect(try Self.lines(letters.run("list", "--json", "--from-topic", "elsewhere")).isEmpty)
        #expect(try Self.lines(letters.run("list", "--json", "--since", "1h")).count == 20)
        #expect(try Self.lines(letters.run("list", "--json", "--until", "1h")).isEmpty)
        #expect(try Self.lines(letters.run("list", "--json", "--limit", "3")).count == 3)
        let second = try Self.lines(letters.run("list", "--json", "--partition", "1"))
        #expect(!second.isEmpty && second.allSatisfy { $0.partition == 1 })
        let one = try #require(second.last)
        let found = try Self.lines(letters.run("list", "--json", "--partition", "1", "--offset", "\(one.offset)"))
        #expect(found.map(\.key) == [one.key])

        let groups = try letters.run("list", "--by-reason")
        #expect(groups.lines.count == 3 && groups.lines[0].hasPrefix("count  first"))
        #expect(try letters.run("list", "--by-reason", "--json").lines.count { $0.contains("\"count\":10") } == 2)
        #expect(try letters.run("list", "--reason", "nonsense").output.contains("of 20 records"))
        try await letters.rig.stop()
    }

    @Test func showTellsEverythingOfOne() async throws {
        let letters = try await DeadLetterRig(records: 10)
        let first = try #require(try Self.lines(letters.run("list", "--json", "--reason", "poison")).first)
        let (partition, offset) = ("\(first.partition)", "\(first.offset)")
        let shown = try letters.run("show", "--partition", partition, "--offset", offset)
        #expect(shown.status == 0)
        #expect(shown.lines.first == "\(letters.rig.topic("dead"))/\(partition)/\(offset)")
        #expect(shown.output.contains("  reason    poison\n"))
        #expect(shown.output.contains("  key       key 7\n"))
        #expect(shown.output.contains("  trace                 t7\n"))
        #expect(shown.output.hasSuffix("value, 7 bytes, JSON\n{\n  \"n\": 7\n}\n"))
        #expect(
            try Self.lines(letters.run("show", "--json", "--partition", partition, "--offset", offset)).count == 1)

        let missing = try letters.run("show", "--partition", "0", "--offset", "4711")
        #expect(missing.status == 1 && missing.output == "")
        #expect(missing.errors.contains("there is no record \(letters.rig.topic("dead"))/0/4711"))
        let nowhere = try letters.run("show", "--partition", "5", "--offset", "0")
        #expect(nowhere.status == 1 && nowhere.errors.contains("has no partition 5: it has 0 to 1"))
        try await letters.rig.stop()
    }

    @Test func otherTopicsAreShownWithWhatIsKnown() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("plain", partitions: 1)
        try rig.makeTopic("empty", partitions: 1)
        let producer = try KafkaProducer(rig.configuration, logger: rig.logger)
        try [UInt8(0xff), 0].withUnsafeBytes { bytes in
            try producer.produce(
                rig.topic("plain"), partition: 0, key: UnsafeRawBufferPointer(rebasing: bytes[..<1]), value: nil,
                headers: [
                    KafkaHeader(DeliveryHeader.attempts, "many"), KafkaHeader(DeliveryHeader.givenUpAt, nil),
                    KafkaHeader(DeliveryHeader.timestamp, "\(Int64.max)"),
                ])
        }
        try producer.flush(timeout: .seconds(10))
        producer.close()
        func run(_ command: String, _ topic: String, _ rest: String...) throws -> MillraceRun.Result {
            try MillraceRun(
                ["deadletters", command, "--brokers", rig.address, "--topic", rig.topic(topic)] + rest
            ).finish()
        }
        let plain = try run("list", "plain")
        #expect(plain.lines[1].contains("0xff"))
        #expect(plain.output.contains("1 dead letter: 1 × (no reason)"))
        #expect(plain.output.contains("is \(rig.topic("plain")) a dead-letter topic?"))
        #expect(try run("show", "plain", "--partition", "0", "--offset", "0").output.contains("no value (null)"))
        #expect(try run("list", "empty").output == "nothing is in \(rig.topic("empty"))\n")
        let unknown = try run("list", "unknown")
        #expect(unknown.status == 1 && unknown.errors.contains("there is no topic \(rig.topic("unknown"))"))
        // Looking made no topic.
        #expect(try run("list", "unknown").status == 1)
        try await rig.stop()
    }
}
