import Foundation
import KafkaTestSupport
import RDKafka
import Testing

/// What transactions promise.
@Suite struct TransactionTests {
    @Test func whatIsOpenOrAbortedIsNotSeen() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let producer = try client.producer("a")
        try producer.beginTransaction()
        try client.send(producer, "in", 0, "1", "2")
        try producer.flush(timeout: .seconds(20))
        #expect(try client.read(client.place("in")).isEmpty)
        #expect(try client.read(client.place("in"), committedOnly: false).map(\.1) == ["1", "2"])
        try producer.commitTransaction(timeout: .seconds(20))
        #expect(try client.read(client.place("in")).map(\.1) == ["1", "2"])
        try producer.beginTransaction()
        try client.send(producer, "in", 0, "3")
        try producer.flush(timeout: .seconds(20))
        try producer.abortTransaction(timeout: .seconds(20))
        // What follows an abort is seen again.
        try producer.beginTransaction()
        try client.send(producer, "in", 0, "4")
        try producer.commitTransaction(timeout: .seconds(20))
        #expect(try client.read(client.place("in")).map(\.1) == ["1", "2", "4"])
        #expect(try client.read(client.place("in"), committedOnly: false).map(\.1) == ["1", "2", "3", "4"])
        producer.close()
        try await rig.stop()
    }

    /// Several producers with and without transactions, whose ends mix at random: from every start offset a reader of
    /// committed records sees what was committed, up to the first record of what is open.
    @Test func everyStartOffsetSeesTheSame() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let place = client.place("in")
        let producers = try (0..<3).map { try client.producer("p\($0)", timeout: .seconds(600)) }
        let plain = try client.producer()
        var open: [Int: [String]] = [:]
        var states: [String: Bool] = [:]
        let seed = UInt64.random(in: 0...UInt64.max)
        print("transactions at random: seed \(seed)")
        var random = Generator(state: seed)
        for number in 0..<60 {
            let who = Int.random(in: 0..<4, using: &random)
            if who == 3 {
                try client.send(plain, "in", 0, "plain \(number)")
                try plain.flush(timeout: .seconds(20))
                states["plain \(number)"] = true
            } else if let values = open[who], Int.random(in: 0..<3, using: &random) == 0 {
                let commits = Bool.random(using: &random)
                if commits {
                    try producers[who].commitTransaction(timeout: .seconds(20))
                } else {
                    try producers[who].abortTransaction(timeout: .seconds(20))
                }
                for value in values { states[value] = commits }
                open[who] = nil
            } else {
                if open[who] == nil { try producers[who].beginTransaction() }
                let value = "\(who) \(number)"
                try client.send(producers[who], "in", 0, value)
                try producers[who].flush(timeout: .seconds(20))
                open[who, default: []].append(value)
            }
        }
        let all = try client.read(place, committedOnly: false)
        // Up to the first record of a transaction that is open.
        let stable = all.first { states[$0.1] == nil }?.0 ?? .max
        let visible = all.filter { $0.0 < stable && states[$0.1] == true }
        let reader = try client.reader(committedOnly: true)
        defer { reader.close() }
        // (Beyond that offset a reader waits.)
        for start in 0...min(all.last?.0 ?? 0, stable) {
            let seen = try client.read(place, from: start, with: reader).map(\.1)
            #expect(seen == visible.filter { $0.0 >= start }.map(\.1), "from \(start), seed \(seed)")
        }
        for producer in producers + [plain] { producer.close() }
        try await rig.stop()
    }

    @Test func aTransactionSpansPartitions() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("a", partitions: 2)
        try rig.makeTopic("b", partitions: 1)
        let producer = try client.producer("a")
        for (number, commits) in [true, false, true].enumerated() {
            try producer.beginTransaction()
            try client.send(producer, "a", 0, "\(number)")
            try client.send(producer, "a", 1, "\(number)")
            try client.send(producer, "b", 0, "\(number)")
            try producer.flush(timeout: .seconds(20))
            if commits {
                try producer.commitTransaction(timeout: .seconds(20))
            } else {
                try producer.abortTransaction(timeout: .seconds(20))
            }
        }
        for place in [client.place("a", 0), client.place("a", 1), client.place("b", 0)] {
            #expect(try client.read(place).map(\.1) == ["0", "2"])
        }
        producer.close()
        try await rig.stop()
    }

    @Test func aSecondProducerShutsTheFirstOut() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let first = try client.producer("same")
        try first.beginTransaction()
        try client.send(first, "in", 0, "of the first")
        try first.flush(timeout: .seconds(20))
        let second = try client.producer("same")
        try second.beginTransaction()
        try client.send(second, "in", 0, "of the second")
        try second.commitTransaction(timeout: .seconds(20))
        let error = #expect(throws: KafkaError.self) { try first.commitTransaction(timeout: .seconds(20)) }
        #expect(error?.isFenced == true, "\(String(describing: error))")
        #expect(try client.read(client.place("in")).map(\.1) == ["of the second"])
        first.close()
        second.close()
        try await rig.stop()
    }

    @Test func aTransactionThatStaysOpenIsAborted() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let producer = try client.producer(
            "slow", timeout: .seconds(1), settings: ["message.timeout.ms": "1000"])
        try producer.beginTransaction()
        try client.send(producer, "in", 0, "late")
        try producer.flush(timeout: .seconds(20))
        let other = try client.producer()
        try client.send(other, "in", 0, "after")
        try other.flush(timeout: .seconds(20))
        // A broker looks for such transactions every ten seconds or so.
        try await Client.wait("the abort", 40) { try client.read(client.place("in")).map(\.1) == ["after"] }
        #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .seconds(20)) }
        #expect(try client.read(client.place("in")).map(\.1) == ["after"])
        producer.close()
        other.close()
        try await rig.stop()
    }

    @Test func offsetsBelongToTheTransaction() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 2)
        let producer = try client.producer("offsets")
        let group = try GroupMetadata(group: "\(rig.name)-group")
        let consumer = try client.consumer("group", settings: ["isolation.level": "read_uncommitted"])
        func committed() throws -> [CommittedOffset] {
            try Client.patiently { try consumer.committed([client.place("in")], timeout: .seconds(10)) }
        }
        let metadata = String(repeating: "m", count: 4096)
        try producer.beginTransaction()
        try producer.sendOffsets(
            [CommittedOffset(client.place("in"), 5, metadata: metadata)], group: group, timeout: .seconds(20))
        #expect(try committed().isEmpty)
        try producer.commitTransaction(timeout: .seconds(20))
        try await Client.wait("the offset") { try committed().first?.offset == 5 }
        #expect(try committed().first?.metadata == metadata)
        try producer.beginTransaction()
        try producer.sendOffsets([CommittedOffset(client.place("in"), 9)], group: group, timeout: .seconds(20))
        try producer.abortTransaction(timeout: .seconds(20))
        #expect(try committed().first?.offset == 5)
        consumer.close()
        producer.close()
        try await rig.stop()
    }

    @Test func longerMetadataIsRefused() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let consumer = try client.consumer("group")
        let metadata = String(repeating: "m", count: 4097)
        let error = #expect(throws: KafkaError.self) {
            try Client.patiently { try consumer.commit([CommittedOffset(client.place("in"), 5, metadata: metadata)]) }
        }
        #expect(error?.name == "OFFSET_METADATA_TOO_LARGE")
        consumer.close()
        try await rig.stop()
    }

    @Test func aGroupThatDoesNotKnowTheMemberRefusesItsOffsets() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let events = Offers()
        let member = try KafkaConsumer(
            rig.configuration, group: "\(rig.name)-members", logger: rig.logger, onEvent: { events.note($0) })
        try member.subscribe([rig.topic("in")])
        try await Client.wait("the assignment") { events.offered != nil }
        try member.take((events.offered ?? []).map { CommittedOffset($0, 0) })
        let known = try #require(member.groupMetadata)
        member.close()
        // The member has left: its generation does not count any more.
        let producer = try client.producer("stale")
        try producer.beginTransaction()
        let error = #expect(throws: KafkaError.self) {
            try producer.sendOffsets(
                [CommittedOffset(client.place("in"), 5)], group: known, timeout: .seconds(20))
        }
        #expect(error?.isRebalance == true, "\(String(describing: error))")
        try producer.abortTransaction(timeout: .seconds(20))
        producer.close()
        try await rig.stop()
    }

    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var x = state
            x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
            x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
            return x ^ (x >> 31)
        }
    }
}
