import Foundation
import KafkaTestBroker
import KafkaTestSupport
import RDKafka
import Testing

/// What a well-behaved client never lets one see: members that die or speak of the past, batches sent twice.
///
/// Numbers are Kafka's error codes.
@Suite struct ProtocolTests {
    /// A member that is not heard of within its session is given up, and its partitions go to the others.
    @Test func aSilentMemberLosesItsPartitions() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        let group = "\(rig.name)-group"
        let silent = try RawMember(rig.address, group: group, topic: rig.topic("in"))
        silent.sendJoin()
        try silent.receiveJoin()
        #expect(try silent.sync([silent.id: [0, 1]]) == 0)
        #expect(try silent.heartbeat() == 0)
        // From here on nothing is heard of it.
        let other = try GroupMembershipTests.Member(rig, "range")
        try await GroupMembershipTests().settle([other], [2])
        #expect(try silent.heartbeat() == 25, "it is not known any more")
        #expect(try silent.commit(0, 1, generation: silent.generation) == 25)
        other.consumer.close()
        try await rig.stop()
    }

    /// A member that is alive may not commit as one of an older generation.
    @Test func anOlderGenerationMayNotCommit() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 2)
        let group = "\(rig.name)-group"
        let first = try RawMember(rig.address, group: group, topic: rig.topic("in"))
        first.sendJoin()
        try first.receiveJoin()
        #expect(try first.sync([first.id: [0, 1]]) == 0)
        let old = first.generation
        #expect(try first.commit(0, 5, generation: old) == 0)
        let second = try RawMember(rig.address, group: group, topic: rig.topic("in"))
        second.sendJoin()
        try await Client.wait("the rebalance") { try first.heartbeat() == 27 }
        // While the others gather, offsets may still be committed.
        #expect(try first.commit(0, 6, generation: old) == 0)
        first.sendJoin()
        try first.receiveJoin()
        try second.receiveJoin()
        #expect(first.generation == second.generation && first.generation > old)
        #expect(try first.commit(0, 7, generation: first.generation) == 27, "assignments are not given yet")
        let leader = first.id == first.leader ? first : second
        let follower = first.id == first.leader ? second : first
        #expect(try leader.sync([first.id: [0], second.id: [1]]) == 0)
        #expect(try follower.sync([:]) == 0)
        #expect(try first.commit(0, 8, generation: old) == 22)
        #expect(try first.commit(0, 9, generation: first.generation) == 0)
        #expect(try rig.committed("in", group: group)[0] == 9)
        try await rig.stop()
    }

    /// Who asks for settled offsets waits for the transaction that is about to change them.
    @Test func offsetsOfAnOpenTransactionAreUnstable() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 1)
        let group = "\(rig.name)-group"
        let reader = try RawMember(rig.address, group: group, topic: rig.topic("in"))
        let producer = try client.producer("a")
        for (offset, commits) in [(Int64(3), true), (5, false), (7, true)] {
            let before = try reader.stableOffset(0)
            try producer.beginTransaction()
            try producer.sendOffsets(
                [CommittedOffset(client.place("in"), offset)], group: GroupMetadata(group: group),
                timeout: .seconds(20))
            #expect(try reader.stableOffset(0).0 == 88)
            if commits {
                try producer.commitTransaction(timeout: .seconds(20))
            } else {
                try producer.abortTransaction(timeout: .seconds(20))
            }
            try await Client.wait("settled offsets") { try reader.stableOffset(0).0 == 0 }
            #expect(try reader.stableOffset(0).1 == (commits ? offset : before.1))
        }
        producer.close()
        try await rig.stop()
    }

    /// What an idempotent producer sends twice is kept once; what it left out is noticed.
    @Test func aBatchSentTwiceIsKeptOnce() async throws {
        let rig = try await KafkaRig()
        let topic = try rig.makeTopic("in", partitions: 1)
        let connection = try RawConnection(to: rig.address)
        let producer = try connection.newProducer()
        func batch(_ values: [String], _ sequence: Int32) -> RawBatch {
            RawBatch(values, producerID: producer, epoch: 0, sequence: sequence)
        }
        #expect(try connection.produce(batch(["a", "b"], 0), to: topic) == (0, 0))
        #expect(try connection.produce(batch(["c"], 2), to: topic) == (0, 2))
        #expect(try connection.produce(batch(["a", "b"], 0), to: topic) == (0, 0))
        #expect(try connection.produce(batch(["c"], 2), to: topic) == (0, 2))
        #expect(try connection.produce(batch(["x"], 4), to: topic).0 == 45)
        #expect(try connection.produce(batch(["d"], 3), to: topic) == (0, 3))
        #expect(try rig.values(of: "in") == ["a", "b", "c", "d"])
        try await rig.stop()
    }

    @Test func theBrokersClockMayStampRecords() async throws {
        let rig = try await KafkaRig()
        let topic = try rig.makeTopic("in", partitions: 1, settings: ["message.timestamp.type": "LogAppendTime"])
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 60_000
        #expect(try RawConnection(to: rig.address).produce(RawBatch(["a", "b"]), to: topic).0 == 0)
        let times = try rig.records(of: "in").compactMap(\.timestamp)
        #expect(times.count == 2 && times.allSatisfy { $0 > before })
        try await rig.stop()
    }
}
