import Millrace
import MillraceTesting
import Testing

@testable import MillraceRecords
@testable import MillraceState

@Suite struct InlineTextTests {
    static let texts = [
        "", "a", "JFK", "seven b", "eight by", "nine byte", "fifteen bytes!!", "gr\u{fc}n",
        "\u{65e5}\u{672c}\u{8a9e}\u{65e5}\u{672c}",
        "a\u{0}b", "a\u{0}", "a\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    ]

    @Test func keepsTheTextAndTheHashOfAString() throws {
        for string in Self.texts {
            let text = try #require(InlineText(string))
            #expect(text.string == string && text.description == string && text.utf8Count == string.utf8.count)
            #expect(text.frozenHash == string.frozenHash, "\(string.debugDescription)")
            var one = ByteWriter()
            var other = ByteWriter()
            text.encode(into: &one)
            string.encode(into: &other)
            #expect(one.bytes() == other.bytes())
            let decoded = try one.withBytes { bytes throws -> InlineText in
                var reader = ByteReader(bytes)
                return try InlineText.decode(from: &reader)
            }
            #expect(decoded == text)
            let padded = Array(string.utf8) + [UInt8](repeating: 0xff, count: 16)
            padded.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                #expect(InlineText(padded: start, count: string.utf8.count) == text)
            }
        }
        #expect(InlineText.keySchema == String.keySchema)
    }

    @Test func isOrderedByBytes() {
        for one in Self.texts {
            for other in Self.texts {
                let (left, right) = (InlineText(one[...]), InlineText(other[...]))
                guard let left, let right else { return }
                #expect(
                    (left < right) == one.utf8.lexicographicallyPrecedes(other.utf8),
                    "\(one.debugDescription) \(other.debugDescription)")
                #expect((left == right) == (Array(one.utf8) == Array(other.utf8)))
            }
        }
    }

    @Test func refusesWhatDoesNotFit() throws {
        let long = "sixteen bytes!!!"
        #expect(InlineText(long) == nil)
        #expect([UInt8](repeating: 0xff, count: 3).withUnsafeBytes { InlineText(validating: $0) } == nil)
        var writer = ByteWriter()
        writer.write("sixteen bytes!!!")
        #expect(throws: StateDecodingError.self) {
            try writer.withBytes { bytes throws in
                var reader = ByteReader(bytes)
                _ = try InlineText.decode(from: &reader)
            }
        }
    }

    @Test func digits() {
        var random = TestRandom(seed: 1)
        let texts =
            [
                "", "-", "0", "-0", "00", "7", "12345678", "123456789", "-12345678", "1 ", " 1", "1:", "1/", "+1", "1-",
                "--1",
            ]
            + (0..<5000).map { _ in
                String(
                    (0..<Int.random(in: 1...10, using: &random)).map { _ in
                        "0123456789".randomElement(using: &random) ?? "0"
                    })
            }
        for text in texts {
            let bytes = Array(text.utf8) + Array("99999999999999999".utf8)
            let found = bytes.withUnsafeBytes { bytes -> Int64? in
                bytes.baseAddress.flatMap { DecimalDigits.small($0, count: text.utf8.count) }
            }
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            let isPlain = (1...8).contains(digits.utf8.count) && digits.utf8.allSatisfy { (48...57).contains($0) }
            #expect(found == (isPlain ? Int64(text) : nil), "\(text)")
        }
    }
}
