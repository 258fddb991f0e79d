import Foundation
import KafkaTestSupport
import NIOCore
import RDKafka
import Synchronization
import Testing

@testable import KafkaTestBroker

/// What makes no sense costs its sender the connection, and nobody else anything.
@Suite struct HostileInputTests {
    /// Real requests of all kinds, bent at random.
    @Test func bentRequestsDoNoHarm() async throws {
        let folder = try TemporaryFolder()
        var configuration = KafkaTestBroker.Configuration()
        configuration.dataDirectory = folder.path
        let requests = try await Self.realRequests()
        #expect(Set(requests.compactMap { $0.getInteger(at: $0.readerIndex, as: Int16.self) }).count >= 14)
        let broker = try await KafkaTestBroker.start(configuration)
        try await broker.createTopic("t", partitions: 2)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("bent requests: seed \(seed)")
        var random = Generator(state: seed)
        for _ in 0..<3000 {
            guard let request = requests.randomElement(using: &random) else { break }
            let connection = try RawConnection(port: broker.port)
            connection.send(Self.bend(request, &random))
        }
        #expect(try RawConnection(port: broker.port).isAlive())
        try await broker.stop()
        // What came of it can be read back.
        let again = try await KafkaTestBroker.start(configuration)
        #expect(try RawConnection(port: again.port).isAlive())
        try await again.stop()
    }

    @Test func sizesThatNoRequestHas() async throws {
        let broker = try await KafkaTestBroker.start()
        for size in [Int32.min, -1, 0, 7, Int32.max] {
            let connection = try RawConnection(port: broker.port)
            var bytes = ByteBuffer()
            bytes.writeInteger(size)
            bytes.writeBytes([1, 2, 3])
            connection.sendBytes(bytes)
            #expect(try connection.receive() == nil, "a request of \(size) bytes")
        }
        #expect(try RawConnection(port: broker.port).isAlive())
        try await broker.stop()
    }

    @Test func aTopicsNameIsNoPath() async throws {
        let folder = try TemporaryFolder()
        var configuration = KafkaTestBroker.Configuration()
        configuration.dataDirectory = folder.path + "/data"
        try "keep".write(toFile: folder.path + "/keep", atomically: true, encoding: .utf8)
        let broker = try await KafkaTestBroker.start(configuration)
        for name in ["../..", "..", "../../keep", ""] {
            let connection = try RawConnection(port: broker.port)
            connection.send(
                RawConnection.request(.deleteTopics, version: 1) { writer in
                    writer.array([name]) { $0.string($1) }
                    writer.integer(Int32(1000))
                })
            #expect(try connection.receive() != nil)
        }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/keep"))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/data/journal.jsonl"))
        try await broker.stop()
    }

    /// The requests of a session with producers, transactions, a group and an administrator.
    private static func realRequests() async throws -> [ByteBuffer] {
        let broker = try await KafkaTestBroker.start()
        let rig = try await KafkaRig(address: broker.address)
        let seen = Mutex<[ByteBuffer]>([])
        broker.faults.tap = { request in seen.withLock { $0.append(request) } }
        try rig.makeTopic("t", partitions: 2)
        try rig.send(["a", "b", "c"], to: "t")
        let producer = try KafkaProducer(rig.configuration, transactionalID: "x", logger: rig.logger)
        try producer.initTransactions(timeout: .seconds(10))
        var grouped = rig.configuration
        grouped["auto.offset.reset"] = "earliest"
        let given = Mutex<[TopicPartition]>([])
        let consumer = try KafkaConsumer(grouped, group: "g", logger: rig.logger) { event in
            if case .assigned(let partitions) = event { given.withLock { $0 = partitions } }
        }
        try consumer.subscribe([rig.topic("t")])
        while given.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(10)) }
        try consumer.take(given.withLock { $0.map { CommittedOffset($0, 0) } })
        for commits in [true, false] {
            try producer.beginTransaction()
            try Array("v".utf8).withUnsafeBytes {
                try producer.produce(rig.topic("t"), partition: 0, key: nil, value: $0)
            }
            let offsets = [CommittedOffset(TopicPartition(rig.topic("t"), 0), 2)]
            try producer.sendOffsets(offsets, group: GroupMetadata(group: "g2"), timeout: .seconds(10))
            if commits {
                try producer.commitTransaction(timeout: .seconds(10))
            } else {
                try producer.abortTransaction(timeout: .seconds(10))
            }
        }
        producer.close()
        try consumer.commit([CommittedOffset(TopicPartition(rig.topic("t"), 1), 1)])
        consumer.close()
        _ = try rig.values(of: "t")
        broker.faults.tap = nil
        try await broker.stop()
        return seen.withLock { $0 }
    }

    private static func bend(_ request: ByteBuffer, _ random: inout Generator) -> ByteBuffer {
        var bytes = Array(request.readableBytesView)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2:
                let filling: UInt8 = Bool.random(using: &random) ? 0xff : 0x7f
                for index in at..<min(bytes.count, at + 8) { bytes[index] = index == at ? filling : 0xff }
            case 3: bytes.removeSubrange(at...)
            case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 16)], at: at)
            default: bytes[at] = 0
            }
            if bytes.isEmpty { bytes = [0] }
        }
        return ByteBuffer(bytes: bytes)
    }
}
