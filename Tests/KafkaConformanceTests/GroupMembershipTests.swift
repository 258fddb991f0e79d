import Foundation
import KafkaTestBroker
import KafkaTestSupport
import RDKafka
import Testing

/// Groups: who gets what, and who may commit.
@Suite struct GroupMembershipTests {
    struct Member {
        let consumer: KafkaConsumer
        let offers = Offers()

        init(_ rig: KafkaRig, _ strategy: String, instance: String? = nil) throws {
            var configuration = rig.configuration
            configuration["partition.assignment.strategy"] = strategy
            configuration["session.timeout.ms"] = "6000"
            configuration["heartbeat.interval.ms"] = "100"
            configuration["group.instance.id"] = instance
            let offers = offers
            consumer = try KafkaConsumer(
                configuration, group: "\(rig.name)-group", logger: rig.logger, onEvent: { offers.note($0) })
            try consumer.subscribe([rig.topic("in")])
        }
    }

    /// Lets the members answer until each has so many partitions, and no two the same.
    func settle(_ members: [Member], _ sizes: [Int]) async throws {
        try await Client.wait("shares of \(sizes)") {
            for member in members { try member.offers.answer(member.consumer) }
            let owned = members.map(\.offers.owned)
            return owned.map(\.count).sorted() == sizes.sorted()
                && owned.reduce(into: Set()) { $0.formUnion($1) }.count == sizes.reduce(0, +)
        }
    }

    @Test(arguments: ["cooperative-sticky", "range", "roundrobin"])
    func membersShareThePartitions(strategy: String) async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 6)
        let first = try Member(rig, strategy)
        try await settle([first], [6])
        let second = try Member(rig, strategy)
        try await settle([first, second], [3, 3])
        if strategy == "cooperative-sticky" {
            #expect(first.offers.revocations == 3, "what stays is not taken back")
        }
        let third = try Member(rig, strategy)
        try await settle([first, second, third], [2, 2, 2])
        first.consumer.close()
        try await settle([second, third], [3, 3])
        second.consumer.close()
        try await settle([third], [6])
        third.consumer.close()
        try await rig.stop()
    }

    @Test func aStaticMemberComesBackWithoutARebalance() async throws {
        let rig = try await KafkaRig()
        try rig.makeTopic("in", partitions: 4)
        let first = try Member(rig, "cooperative-sticky", instance: "one")
        let second = try Member(rig, "cooperative-sticky", instance: "two")
        try await settle([first, second], [2, 2])
        let before = (first.offers.owned, second.offers.owned, first.offers.revocations)
        second.consumer.close()
        let again = try Member(rig, "cooperative-sticky", instance: "two")
        try await settle([first, again], [2, 2])
        #expect(first.offers.owned == before.0 && again.offers.owned == before.1)
        #expect(first.offers.revocations == before.2)
        first.consumer.close()
        again.consumer.close()
        try await rig.stop()
    }

    /// The group has chosen the assignor, and answers no more, or only that it does not know the member: closing it comes to
    /// an end, and does not end the process.
    @Test(arguments: [FaultScript.Action.loseResponse, .refuse(.unknownMemberID), .refuse(.rebalanceInProgress)])
    func aMemberWithoutItsFirstPartitionsIsClosed(fault: FaultScript.Action) async throws {
        let rig = try await KafkaRig()
        guard let broker = rig.broker else { return }
        try rig.makeTopic("in", partitions: 2)
        broker.faults.add(fault, to: .syncGroup, times: .max)
        let member = try Member(rig, "cooperative-sticky")
        try await Client.wait("a member that wants its partitions") { broker.faults.requests(of: .syncGroup) > 0 }
        member.consumer.close()
        // Whoever comes next does not have to wait for it.
        broker.faults.removeAll()
        let next = try Member(rig, "cooperative-sticky")
        try await settle([next], [2])
        next.consumer.close()
        try await rig.stop()
    }

    @Test func offsetsAreTheGroups() async throws {
        let rig = try await KafkaRig()
        let client = Client(rig: rig)
        try rig.makeTopic("in", partitions: 2)
        // Nobody is in the group: whoever knows its name may commit.
        let outsider = try client.consumer("group")
        try Client.patiently {
            try outsider.commit([CommittedOffset(client.place("in", 0), 7, metadata: "by hand")])
        }
        let found = try Client.patiently {
            try outsider.committed([client.place("in", 0), client.place("in", 1)], timeout: .seconds(10))
        }
        #expect(found == [CommittedOffset(client.place("in", 0), 7, metadata: "by hand")])
        let member = try Member(rig, "cooperative-sticky")
        try await settle([member], [2])
        // Now somebody is.
        let error = #expect(throws: KafkaError.self) {
            try Client.patiently { try outsider.commit([CommittedOffset(client.place("in", 0), 8)]) }
        }
        #expect(error?.name == "UNKNOWN_MEMBER_ID")
        try member.consumer.commit([CommittedOffset(client.place("in", 0), 9)])
        let admin = try KafkaAdmin(rig.configuration, logger: rig.logger)
        #expect(try admin.committedOffsets(of: "\(rig.name)-group").first?.offset == 9)
        member.consumer.close()
        outsider.close()
        try await rig.stop()
    }
}
