import MillraceKafka
import RDKafka
import Testing

@testable import MillraceCLI

/// What is made of a dead letter before it is sent, without a broker.
@Suite struct ReplayedRecordTests {
    @Test func whatIsSentIsTheOriginal() {
        let sent = ReplayedRecord(
            DeadLetterTextTests.letter([
                KafkaHeader("a", "1"), KafkaHeader(DeliveryHeader.topic, "orders"), KafkaHeader("a", nil),
                KafkaHeader(DeliveryHeader.timestamp, "77"), KafkaHeader(DeliveryHeader.replayed, "2"),
            ]), to: "orders", value: nil)
        #expect(
            sent.headers == [KafkaHeader("a", "1"), KafkaHeader("a", nil), KafkaHeader(DeliveryHeader.replayed, "3")])
        #expect(sent.timestamp == 77 && sent.value == nil && sent.key == Array("k".utf8))
        for (count, next) in [("\(Int64.max)", "\(Int64.max)"), ("-5", "1"), ("often", "1")] {
            let sent = ReplayedRecord(
                DeadLetterTextTests.letter([KafkaHeader(DeliveryHeader.replayed, count)]), to: "orders", value: nil)
            #expect(sent.headers == [KafkaHeader(DeliveryHeader.replayed, next)])
        }
    }

    @Test func commandsMendRefuseOrAreNotThere() throws {
        let letter = DeadLetterTextTests.letter([KafkaHeader(DeliveryHeader.reason, "bad")])
        func mend(_ command: String, _ letter: DeadLetterRecord = letter) throws -> ThroughCommand.Outcome {
            try ThroughCommand(command: command).mend(letter)
        }
        #expect(
            try mend("tr v w; printf '%s %s' \"$MILLRACE_KEY\" \"$MILLRACE_REASON\"") == .value(Array("wk bad".utf8)))
        #expect(try mend("exit 3") == .refused("the command ended with status 3"))
        #expect(try mend("kill -9 $$") == .refused("the command was ended by signal 9"))
        #expect(throws: CommandError.self) { try mend("no-such-command-here") }
        // Larger than a pipe, read and not read.
        let large = DeadLetterTextTests.letter([], value: [UInt8](repeating: 7, count: 1 << 20))
        #expect(try mend("cat", large) == .value(large.value ?? []))
        #expect(try mend("true", large) == .value([]))
        #expect(try mend("cat", DeadLetterTextTests.letter([], value: nil)) == .value([]))
    }
}
