import Foundation
import KafkaTestSupport
import NIOCore
import Testing

@testable import KafkaTestBroker

/// What the broker has acknowledged is there again after it died, wherever it keeps it.
@Suite(.serialized) struct PersistenceTests {
    private func withBroker(
        inFiles: Bool, _ body: (KafkaTestBroker) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var configuration = KafkaTestBroker.Configuration()
        if inFiles { configuration.dataDirectory = folder.path }
        let broker = try await KafkaTestBroker.start(configuration)
        try await broker.createTopic("t", partitions: 2)
        try await body(broker)
        try await broker.stop()
    }

    @Test(arguments: [false, true])
    func aBatchSentAgainAfterADeathIsKnown(inFiles: Bool) async throws {
        try await withBroker(inFiles: inFiles) { broker in
            let first = try RawConnection(port: broker.port)
            let producer = try first.newProducer()
            let batches = (0..<7).map { number in
                RawBatch(
                    ["\(number)a", "\(number)b"], producerID: producer, epoch: 0, sequence: Int32(number) * 2)
            }
            for batch in batches.prefix(6) { #expect(try first.produce(batch, to: "t").0 == 0) }
            try await broker.crash()
            try await broker.restart()
            let second = try RawConnection(port: broker.port)
            // Of the last five the broker knows that it has them; what lies further back is out of order.
            for number in 1..<6 { #expect(try second.produce(batches[number], to: "t") == (0, Int64(number) * 2)) }
            #expect(try second.produce(batches[0], to: "t").0 == KafkaErrorCode.outOfOrderSequenceNumber.rawValue)
            #expect(try second.produce(batches[6], to: "t") == (0, 12))
            #expect(try await broker.offsets("t", 0).end == 14)
        }
    }

    @Test(arguments: [false, true])
    func noProducerIDIsGivenTwice(inFiles: Bool) async throws {
        try await withBroker(inFiles: inFiles) { broker in
            var given: Set<Int64> = []
            for _ in 0..<4 {
                let connection = try RawConnection(port: broker.port)
                for _ in 0..<600 { #expect(given.insert(try connection.newProducer()).inserted) }
                try await broker.restart()
            }
        }
    }

    @Test func aBatchThatWasCutShortIsGone() async throws {
        let folder = try TemporaryFolder()
        var configuration = KafkaTestBroker.Configuration()
        configuration.dataDirectory = folder.path
        let broker = try await KafkaTestBroker.start(configuration)
        try await broker.createTopic("t", partitions: 1)
        let connection = try RawConnection(port: broker.port)
        for value in ["one", "two", "three"] { #expect(try connection.produce(RawBatch([value]), to: "t").0 == 0) }
        try await broker.crash()
        let file = folder.path + "/topics/t/0/00000000000000000000.log"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        for cut in [1, 30, 70] {
            try? FileManager.default.removeItem(atPath: folder.path + "/topics/t/0/00000000000000000002.log")
            try bytes.dropLast(cut).write(to: URL(fileURLWithPath: file))
            try await broker.restart()
            #expect(try await broker.offsets("t", 0).end == 2)
            let again = try RawConnection(port: broker.port)
            #expect(try again.produce(RawBatch(["three"]), to: "t") == (0, 2))
            try await broker.crash()
        }
        try await broker.stop()
    }

    /// Deaths and returns that are asked for at the same time happen one after the other.
    @Test func deathsAndReturnsDoNotMeet() async throws {
        let broker = try await KafkaTestBroker.start()
        try await broker.createTopic("t", partitions: 1)
        for round in 0..<10 {
            broker.faults.add(round % 2 == 0 ? .crashAfter : .crashBefore, to: .produce)
            let connection = try RawConnection(port: broker.port)
            _ = try? connection.produce(RawBatch(["\(round)"]), to: "t")
            async let first: Void = broker.restart()
            async let second: Void = broker.crash()
            async let third: Void = broker.restart()
            _ = try await (first, second, third)
            try await broker.restart()
            #expect(try RawConnection(port: broker.port).isAlive())
        }
        #expect(try await broker.offsets("t", 0).end == 5)
        try await broker.stop()
    }
}
