import Foundation
import MillraceJSON
import Testing

/// What is written decodes to what Foundation's text decodes to.
@Suite struct EncodingTests {
    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONRecordEncoder().encode(value), as: UTF8.self)
    }

    private func expectSame<T: Codable & Equatable>(
        _ value: T,
        _ dates: (ours: JSONEncodingOptions.DateStrategy, theirs: JSONEncoder.DateEncodingStrategy) = (
            .deferredToDate, .deferredToDate
        ), _ location: SourceLocation = #_sourceLocation
    ) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = dates.theirs
        let ours = try JSONRecordEncoder(options: JSONEncodingOptions(dates: dates.ours)).encode(value)
        let theirs = try encoder.encode(value)
        let decoder = JSONDecoder()
        let comment: Comment = "\(String(decoding: ours, as: UTF8.self)), \(String(decoding: theirs, as: UTF8.self))"
        let one = try decoder.decode(AnyJSON.self, from: Data(ours))
        #expect(try one == decoder.decode(AnyJSON.self, from: theirs), comment, sourceLocation: location)
    }

    @Test func membersStandInTheirOrder() throws {
        let bid = Bid(auction: 1, bidder: -2, price: 0, ts: 1_700_000_000_123, channel: "a/b \"c\" \u{1}é😀")
        #expect(
            try text(bid)
                == #"{"auction":1,"bidder":-2,"price":0,"ts":1700000000123,"channel":"a/b \"c\" \u0001é😀"}"#)
        try expectSame(bid)
        #expect(try text(["b": 1, "a": 2, "\n": 3]) == #"{"\n":3,"a":2,"b":1}"#)
    }

    @Test func numbers() throws {
        try expectSame([Int.min, -1, 0, 9, 10, 99, 100, 101, 12345, Int.max])
        try expectSame([UInt64.max, 0])
        try expectSame([Int8.min, Int8.max])
        try expectSame([0, -0.0, 1, 0.1, 1e16, 1e300, .leastNonzeroMagnitude, -1.5, 1e-7, 123_456_789.125])
        try expectSame([Float(0.1), 1e10, 16_777_216, -1.5e-30])
        try expectSame([Decimal(string: "1.10"), Decimal(string: "-123456789012345678901234567890")])
        #expect(try text([Int.min, Int.max]) == "[-9223372036854775808,9223372036854775807]")
        #expect(try text([1.0, -0.0]) == "[1,-0]")
        #expect(try text([UInt64.max]) == "[18446744073709551615]")
    }

    @Test func stringsOfEveryLength() throws {
        for length in 0..<40 {
            try expectSame(String(repeating: "x", count: length))
            for place in 0..<length {
                for special in ["\"", "\\", "\n", "\u{0}", "\u{1f}", "\u{7f}", "é", "😀", "/"] {
                    var text = Array(repeating: "x", count: length)
                    text[place] = special
                    let bytes = try JSONRecordEncoder().encode(text.joined())
                    #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == text.joined())
                }
            }
        }
    }

    @Test func values() throws {
        try expectSame(
            Sample(id: 1, ratio: 0.5, name: nil, isOpen: true, tags: ["a", ""], parts: [Part(id: 1)], counts: [:]))
        try expectSame([Shape.circle(radius: 2), .square(3), .none])
        try expectSame([Colour.red, .green])
        try expectSame([1: "a", 2: "b"])
        try expectSame([1: [1.5: "b"]])
        try expectSame(["a": Optional<Int>.none, "b": 1])
        try expectSame(Dog(name: "Rex", age: 3))
        try expectSame(Cat(name: "Tom", lives: 9))
        try expectSame([Data([1, 2, 3]), Data()])
        try expectSame([URL(string: "http://a/b?c=d")])
        try expectSame(Optional<Int>.none)
        try expectSame([[[Int]]]())
        try expectSame("text")
        let dates = [Date(timeIntervalSince1970: 0.25), Date(timeIntervalSince1970: 1_769_860_800.5)]
        try expectSame(dates)
        try expectSame(dates, (.secondsSince1970, .secondsSince1970))
        try expectSame(dates, (.millisecondsSince1970, .millisecondsSince1970))
        try expectSame(dates, (.iso8601, .iso8601))
        try expectSame(Box(a: Optional(dates)), (.iso8601, .iso8601))
    }

    @Test func whatJSONCannotSayIsAnError() throws {
        var bytes = Array("kept".utf8)
        for value in [Double.nan, .infinity, -.infinity] {
            do {
                try JSONRecordEncoder().encode(["a": [1, value]], into: &bytes)
                Issue.record("\(value) was encoded")
            } catch EncodingError.invalidValue(_, let context) {
                #expect(context.codingPath.map(\.stringValue) == ["a", "Index 1"])
            }
        }
        #expect(bytes == Array("kept".utf8))
        #expect(throws: EncodingError.self) { try JSONRecordEncoder().encode(Nothing()) }
        #expect(try text([Nothing()]) == "[{}]")
    }

    struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }

    /// Writes to a container after a later one was opened.
    struct Interleaved: Encodable {
        enum Key: CodingKey { case a, b }
        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Key.self)
            var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
            try inner.encode(1, forKey: .a)
            try outer.encode(2, forKey: .b)
            try inner.encode(3, forKey: .b)
        }
    }

    struct Replaced: Encodable {
        enum Key: CodingKey { case a, longerName }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            for value in 1...3 {
                try container.encode(value, forKey: .a)
                try container.encode(value, forKey: .longerName)
            }
        }
    }

    @Test func whatComesOutOfOrderIsEncodedAnotherWay() throws {
        #expect(try text(Interleaved()) == #"{"a":{"a":1,"b":3},"b":2}"#)
        #expect(try text(Replaced()) == #"{"a":3,"longerName":3}"#)
        #expect(try text([Replaced()]) == #"[{"a":3,"longerName":3}]"#)
    }

    @Test func anEncoderGoesOnAfterAnError() throws {
        let encoder = JSONRecordEncoder()
        #expect(throws: EncodingError.self) { try encoder.encode(["a": Double.nan]) }
        _ = try encoder.encode(Interleaved())
        #expect(try encoder.encode(["a": 1]) == Array(#"{"a":1}"#.utf8))
    }
}
