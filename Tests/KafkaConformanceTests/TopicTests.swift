import Foundation
import KafkaTestSupport
import RDKafka
import Testing

/// Topics, and records going in and out.
@Suite struct TopicTests {
    @Test func topicsComeAndGo() async throws {
        let rig = try await KafkaRig()
        let admin = try KafkaAdmin(rig.configuration, logger: rig.logger)
        try rig.makeTopic("a", partitions: 2)
        let error = #expect(throws: KafkaError.self) { try rig.makeTopic("a", partitions: 2) }
        #expect(error?.isTopicThere == true)
        try await Client.wait("the topic") { try admin.topics()[rig.topic("a")] == 2 }
        try admin.createPartitions(rig.topic("a"), total: 5)
        try await Client.wait("the partitions") { try admin.topics()[rig.topic("a")] == 5 }
        #expect(throws: KafkaError.self) { try admin.createPartitions(rig.topic("a"), total: 3) }
        try admin.deleteTopic(rig.topic("a"))
        try await Client.wait("the end of the topic") { try admin.topics()[rig.topic("a")] == nil }
        #expect(throws: KafkaError.self) { try admin.deleteTopic(rig.topic("a")) }
        #expect(throws: KafkaError.self) { try rig.makeTopic("not/a/name", partitions: 1) }
        try await rig.stop()
    }

    @Test(arguments: ["none", "gzip", "snappy", "lz4", "zstd"])
    func everyCodecPassesThrough(codec: String) async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let producer = try client.producer(settings: ["compression.codec": codec, "linger.ms": "20"])
        let values = (0..<500).map { "value \($0) " + String(repeating: "x", count: $0) }
        for value in values { try client.send(producer, "in", 0, value) }
        try producer.flush(timeout: .seconds(20))
        #expect(try client.read(client.place("in")).map(\.1) == values)
        #expect(try client.read(client.place("in"), from: 250).map(\.1) == Array(values[250...]))
        producer.close()
        try await rig.stop()
    }

    @Test func nullAndEmptyAreDifferent() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let producer = try client.producer()
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        try producer.produce(rig.topic("in"), key: nil, value: nil)
        try producer.produce(rig.topic("in"), key: empty, value: empty)
        let headers = [KafkaHeader("a", "1"), KafkaHeader("a", "2"), KafkaHeader("b", nil), KafkaHeader("c", [])]
        try producer.produce(rig.topic("in"), key: empty, value: nil, headers: headers, timestamp: 1_600_000_000_000)
        try producer.flush(timeout: .seconds(20))
        let seen = try rig.records(of: "in")
        try #require(seen.count == 3)
        #expect(seen[0].key == nil && seen[0].value == nil)
        #expect(seen[1].key == "" && seen[1].value == "")
        #expect(seen[2].key == "" && seen[2].value == nil)
        #expect(seen[2].headers == headers && seen[2].timestamp == 1_600_000_000_000)
        producer.close()
        try await rig.stop()
    }

    @Test func whatIsTooLargeIsRefused() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("small", partitions: 1, settings: ["max.message.bytes": "2000"])
        let producer = try client.producer()
        try client.send(producer, "small", 0, String(repeating: "x", count: 5000))
        let error = #expect(throws: KafkaError.self) { try producer.flush(timeout: .seconds(20)) }
        #expect(error?.name == "MSG_SIZE_TOO_LARGE")
        try client.send(producer, "small", 0, "fits")
        try producer.flush(timeout: .seconds(20))
        #expect(try client.read(client.place("small")).map(\.1) == ["fits"])
        producer.close()
        try await rig.stop()
    }

    @Test func offsetsAreFoundByTime() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let producer = try client.producer()
        for number in 0..<10 as Range<Int64> {
            try [UInt8(number)].withUnsafeBytes {
                try producer.produce(
                    rig.topic("in"), partition: 0, key: nil, value: $0, timestamp: 1_600_000_000_000 + number * 1000)
            }
            if number == 4 { try producer.flush(timeout: .seconds(20)) }
        }
        try producer.flush(timeout: .seconds(20))
        let consumer = try client.consumer("times")
        func offset(_ milliseconds: Int64) throws -> Int64? {
            try consumer.offsets(
                at: 1_600_000_000_000 + milliseconds, [client.place("in")], timeout: .seconds(10)
            ).first?.offset
        }
        #expect(try offset(-5) == 0)
        #expect(try offset(0) == 0)
        #expect(try offset(2500) == 3)
        #expect(try offset(7000) == 7)
        #expect(try offset(9001) == 10)
        let marks = try consumer.watermarks(of: client.place("in"), timeout: .seconds(10))
        #expect(marks.low == 0 && marks.high == 10)
        consumer.close()
        producer.close()
        try await rig.stop()
    }

    @Test func anOffsetOutOfRangeIsSaid() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        try rig.send(["a", "b"], to: "in")
        let error = #expect(throws: KafkaError.self) { try client.read(client.place("in"), from: 100) }
        #expect(error?.name == "_AUTO_OFFSET_RESET")
        try await rig.stop()
    }

    @Test func anUnknownTopicIsSaid() async throws {
        let rig = try await KafkaRig()
        let consumer = try Client(rig: rig).consumer("unknown", settings: ["allow.auto.create.topics": "false"])
        let error = #expect(throws: KafkaError.self) {
            try consumer.topics(named: rig.topic("nothing"), timeout: .seconds(10))
        }
        #expect(error?.name == "UNKNOWN_TOPIC_OR_PART")
        consumer.close()
        try await rig.stop()
    }
}
