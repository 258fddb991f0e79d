import Foundation
import KafkaTestBroker
import KafkaTestSupport
import MillraceKafka
import RDKafka
import Synchronization
import Testing

@testable import MillraceCLI

/// `millrace deadletters replay`: every record arrives once, whatever comes between.
@Suite(.serialized) struct DeadLetterReplayTests {
    /// The values that were given up, in alphabetical order.
    private static func values(_ records: Int = 100, _ digits: Set<Int> = [7, 8]) -> [String] {
        (0..<records).filter { digits.contains($0 % 10) }.map(DeadLetterRig.value).sorted()
    }

    @Test func everythingGoesBackOnce() async throws {
        let letters = try await DeadLetterRig()
        let before = try letters.rig.records(of: "in")
        let dry = try letters.run("replay", "--dry-run")
        #expect(dry.status == 0 && dry.lines.count == 22)
        #expect(dry.output.contains("20 dead letters would be replayed (20 to \(letters.rig.topic("in")))"))
        #expect(try letters.replayed().isEmpty)

        let first = try letters.run("replay")
        #expect(first.status == 0 && first.errors == "")
        #expect(first.output.contains("20 dead letters replayed (20 to \(letters.rig.topic("in")))"))
        #expect(first.output.contains("is at the end"))
        let second = try letters.run("replay")
        #expect(second.output.hasPrefix("nothing is left to replay"))

        let replayed = try letters.replayed()
        #expect(replayed.compactMap(\.value).sorted() == Self.values())
        for record in replayed {
            // All as it was, in the partition where it was.
            let original = try #require(before.first { $0.key == record.key })
            #expect(record.partition == original.partition && record.timestamp == original.timestamp)
            #expect(record.headers == original.headers + [KafkaHeader(DeliveryHeader.replayed, "1")])
        }
        // What is given up later is replayed later.
        let late = try letters.rig.records(of: "dead")[0]
        #expect(late.headers.text(DeliveryHeader.replayed) == nil)
        try letters.rig.send(["late"], to: "dead")
        let refused = try letters.run("replay")
        #expect(refused.status == 1 && refused.errors.contains("say where it is to go with --to TOPIC"))
        try letters.rig.makeTopic("other", partitions: 1)
        #expect(
            try letters.run("replay", "--to", letters.rig.topic("other")).output.hasPrefix("1 dead letter replayed"))
        #expect(try letters.replayed(to: "other").compactMap(\.value) == ["late"])
        #expect(try letters.replayed().count == 20)
        try await letters.rig.stop()
    }

    @Test func theLimitAloneTakesTheNextOnes() async throws {
        let letters = try await DeadLetterRig()
        var left = 20
        while left > 0 {
            let run = try letters.run("replay", "--limit", "6")
            #expect(run.output.hasPrefix("\(min(6, left)) dead letters replayed"))
            left -= min(6, left)
            #expect(try letters.replayed().count == 20 - left)
        }
        #expect(try letters.replayed().compactMap(\.value).sorted() == Self.values())
        try await letters.rig.stop()
    }

    @Test func whatIsChosenIsSentAndNothingMoves() async throws {
        let letters = try await DeadLetterRig()
        let asked = try letters.run("replay", "--reason", "poison")
        #expect(asked.status == 1 && asked.errors.contains("10 dead letters would be sent"))
        #expect(asked.errors.contains("--yes"))
        #expect(try letters.replayed().isEmpty)
        #expect(try letters.run("replay", "--reason", "poison", "--dry-run").lines.count == 11)
        let sent = try letters.run("replay", "--reason", "poison", "--yes")
        #expect(sent.output.hasPrefix("10 dead letters replayed") && sent.output.contains("no position has moved"))
        #expect(try letters.replayed().compactMap(\.value).sorted() == Self.values(100, [7]))
        let one = try letters.rig.records(of: "dead")[0]
        let again = try letters.run(
            "replay", "--partition", "\(one.partition)", "--offset", "\(one.offset)", "--yes")
        #expect(again.output.hasPrefix("1 dead letter replayed"))
        #expect(
            try letters.rig.committed("dead", group: DeadLettersCommand.defaultGroup(letters.rig.topic("dead"))).isEmpty
        )
        #expect(try letters.run("replay", "--reason", "nonsense", "--yes").output.hasPrefix("nothing in"))
        let both = try letters.run("replay", "--reason", "poison", "--group", "g")
        #expect(both.status == 64)
        let missing = try letters.run("replay", "--to", letters.rig.topic("missing"))
        #expect(missing.status == 1 && missing.errors.contains("which is not there"))
        try await letters.rig.stop()
    }

    @Test func aCommandMendsSomeAndRefusesOthers() async throws {
        let letters = try await DeadLetterRig()
        // Those that end in 8 are refused, the others get a new value.
        let command = #"case "$MILLRACE_REASON" in poison) sed 's/n/mended/' ;; *) exit 4 ;; esac"#
        let run = try letters.run("replay", "--through", command)
        #expect(run.status == 0)
        #expect(run.output.contains("10 dead letters replayed (10 to \(letters.rig.topic("in"))), 10 left out"))
        let named = run.errors.split(separator: "\n")
        #expect(named.count == 10)
        #expect(named.allSatisfy { $0.hasPrefix("left out: \(letters.rig.topic("dead"))/") })
        #expect(named.allSatisfy { $0.hasSuffix("the command ended with status 4") })
        #expect(
            try letters.replayed().compactMap(\.value).sorted()
                == Self.values(100, [7]).map { $0.replacingOccurrences(of: "n", with: "mended") }.sorted())
        let wrong = try letters.run("replay", "--group", "another", "--through", "no-such-command-here")
        #expect(wrong.status == 1 && wrong.errors.contains("cannot be run"))
        #expect(try letters.replayed().count == 10)
        try await letters.rig.stop()
    }

    /// The program dies when its transaction comes to the broker to be committed: before it takes effect, and after.
    @Test(arguments: [FaultScript.Action.dropBefore, .dropAfter])
    func killedAtItsCommitItReplaysEachOnce(_ action: FaultScript.Action) async throws {
        let letters = try await DeadLetterRig()
        guard let broker = letters.rig.broker else { return }
        let seen = broker.faults.requests(of: .endTxn)
        broker.faults.add(action, to: .endTxn, times: 1)
        // Having taken effect once, it does not go on before it is killed.
        broker.faults.add(.dropBefore, to: .endTxn, times: .max)
        let run = try MillraceRun(letters.arguments("replay", []))
        let deadline = Date().addingTimeInterval(30)
        while broker.faults.requests(of: .endTxn) == seen, Date() < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        run.kill9()
        broker.faults.removeAll()
        #expect(broker.faults.requests(of: .endTxn) > seen)
        let next = try letters.run("replay")
        #expect(next.status == 0)
        #expect(next.output.hasPrefix(action == .dropAfter ? "nothing is left" : "20 dead letters replayed"))
        #expect(try letters.replayed().compactMap(\.value).sorted() == Self.values())
        try await letters.rig.stop()
    }

    /// Killed at any time, again and again, over several transactions.
    @Test func killedAnywhereItReplaysEachOnce() async throws {
        let letters = try await DeadLetterRig(records: 12_000)
        // Slow answers, so that what it does before and after each takes most of its time.
        for api in [KafkaAPI.addPartitionsToTxn, .produce, .txnOffsetCommit, .endTxn] {
            letters.rig.broker?.faults.add(.delayResponse(.milliseconds(50)), to: api, times: .max)
        }
        for round in 0..<10 {
            let run = try MillraceRun(letters.arguments("replay", []))
            try await Task.sleep(for: .milliseconds(200 + 60 * round))
            run.kill9()
        }
        letters.rig.broker?.faults.removeAll()
        #expect(try letters.run("replay").status == 0)
        #expect(try letters.run("replay").output.hasPrefix("nothing is left"))
        #expect(try letters.replayed().compactMap(\.value).sorted() == Self.values(12_000))
        try await letters.rig.stop()
    }

    @Test func anAnswerThatIsLostIsAskedForAgain() async throws {
        let letters = try await DeadLetterRig(records: 20)
        guard let broker = letters.rig.broker else { return }
        for api in [KafkaAPI.initProducerId, .addPartitionsToTxn, .txnOffsetCommit, .endTxn] {
            broker.faults.add(.dropAfter, to: api)
        }
        let run = try letters.run("replay")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try letters.replayed().compactMap(\.value).sorted() == Self.values(20))
        try await letters.rig.stop()
    }

    /// A position that members are at work on is not moved under them.
    @Test func aGroupWithMembersIsLeftAlone() async throws {
        let letters = try await DeadLetterRig(records: 20)
        let group = "\(letters.rig.name)-members"
        let isMember = Mutex(false)
        let member = try KafkaConsumer(letters.rig.configuration, group: group, logger: letters.rig.logger) { event in
            if case .assigned = event { isMember.withLock { $0 = true } }
        }
        defer { member.close() }
        try member.subscribe([letters.rig.topic("dead")])
        let deadline = Date().addingTimeInterval(20)
        while !isMember.withLock({ $0 }), Date() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        let run = try letters.run("replay", "--group", group)
        #expect(run.status == 1 && run.errors.contains("has members at work"), "\(run.errors)")
        #expect(try letters.replayed().isEmpty)
        try await letters.rig.stop()
    }
}
