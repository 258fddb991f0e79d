import Millrace
import MillraceFiles
import MillraceKafka
import RDKafka
import Testing

@testable import MillraceCLI

/// How dead letters are shown and read, without a broker.
@Suite struct DeadLetterTextTests {
    static func letter(_ headers: [KafkaHeader], value: [UInt8]? = Array("v".utf8)) -> DeadLetterRecord {
        DeadLetterRecord(
            place: TopicPartition("dead", 0), offset: 3, timestamp: Timestamp(milliseconds: 5), key: Array("k".utf8),
            value: value, headers: headers)
    }

    @Test func timesAreDatesOrAgo() throws {
        let now = Timestamp(milliseconds: 1_000_000_000)
        #expect(try PointInTime.parse("90s", now: now).milliseconds == 1_000_000_000 - 90_000)
        #expect(try PointInTime.parse("2h", now: now).milliseconds == 1_000_000_000 - 7_200_000)
        #expect(try PointInTime.parse("400d", now: now).milliseconds == 0)
        #expect(try PointInTime.parse("1970-01-02", now: now).milliseconds == 86_400_000)
        for text in ["", "h", "-2h", "2w", "9223372036854775807d", "tomorrow"] {
            #expect(throws: (any Error).self) { try PointInTime.parse(text, now: now) }
        }
    }

    @Test func terminalsAreNotMoved() {
        #expect(ShownBytes.printable("a\u{1b}[2Jb\n\u{202e}ü👩‍👩‍👧") == #"a\u{1b}[2Jb\n\u{202e}ü👩‍👩‍👧"#)
        #expect(ShownBytes.printable("a\n\tb\r", linesStay: true) == "a\n\tb\\r")
        #expect(ShownBytes.word([0xff, 0x01]) == "0xff01")
        #expect(ShownBytes.cut("abcdef", to: 4) == "abc…")
        #expect(
            ShownBytes.dump(Array("0123456789abcdef".utf8) + [0]) == """
                00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef
                00000010  00                                               .
                """)
    }

    @Test func jsonIsIndentedAsItIsWritten() {
        let text = #"{"a":[1.10,{}, []],"b":"x, {\"y\"}","c":123456789012345678901}"#
        #expect(
            IndentedJSON.text(Array(text.utf8)) == """
                {
                  "a": [
                    1.10,
                    {},
                    []
                  ],
                  "b": "x, {\\"y\\"}",
                  "c": 123456789012345678901
                }
                """)
        #expect(IndentedJSON.text(Array("{".utf8)) == nil)
        #expect(IndentedJSON.text([0xff]) == nil)
    }

    @Test func theTableFitsTheTerminal() {
        var table = DeadLetterTable()
        table.add(
            Self.letter([
                KafkaHeader(DeliveryHeader.topic, "orders"), KafkaHeader(DeliveryHeader.offset, "12345"),
                KafkaHeader(DeliveryHeader.reason, String(repeating: "long ", count: 40)),
            ]))
        let rows = table.text(width: 120).split(separator: "\n")
        #expect(rows.count == 2 && rows.allSatisfy { $0.count <= 120 } && rows[1].hasSuffix("…"))
        #expect(rows[1].contains("orders/?/12345"))
        #expect(rows[1].count >= 119)
        #expect(table.text(width: nil).split(separator: "\n")[1].contains(String(repeating: "long ", count: 15)))
    }
}
