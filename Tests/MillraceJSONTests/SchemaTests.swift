import Foundation
import MillraceJSON
import MillraceRecords
import MillraceTime
import Testing

/// Records with a schema, beside the same types through `Codable`: the same values, the same texts, the same errors.
@Suite struct SchemaTests {
    /// The full number of texts is 2 million: `MILLRACE_LONG_TESTS=1`.
    static let rounds = ProcessInfo.processInfo.environment["MILLRACE_LONG_TESTS"] == nil ? 20_000 : 2_000_000

    @Test func sameAsCodable() throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("schema fuzz seed: \(seed)")
        var orders = RandomOrders(random: SeededGenerator(state: seed))
        let (codable, schema) = (try JSONRecordDecoder(), try JSONSchemaDecoder())
        var decoded = 0
        for round in 0..<Self.rounds {
            let text = orders.order()
            let bytes = round % 2 == 0 ? Array(text.utf8) : orders.damaged(text)
            let theirs = outcome { try codable.decode(Order.self, from: bytes) }
            let ours = outcome { try bytes.withUnsafeBytes { try schema.decode(Order.self, from: $0) } }
            if ours != theirs {
                Issue.record(
                    "seed \(seed), round \(round): \(ours), not \(theirs): \(String(decoding: bytes, as: UTF8.self))")
                return
            }
            if case .success(let order) = ours {
                decoded += 1
                try expectEncodesAlike(order)
            }
        }
        // Not all of them are refused alike.
        #expect(decoded > Self.rounds / 10, "\(decoded)")
    }

    private func outcome(_ decode: () throws -> Order) -> Result<Order, Reason> {
        do { return .success(try decode()) } catch { return .failure(Reason(error)) }
    }

    /// What an error says, and where.
    struct Reason: Error, Equatable {
        var text: String

        init(_ error: any Error) {
            text =
                switch error {
                case DecodingError.keyNotFound(let key, let context): "no \(key.stringValue) in \(Self.path(context))"
                case DecodingError.valueNotFound(_, let context): "null at \(Self.path(context))"
                case DecodingError.typeMismatch(_, let context): "\(Self.path(context)): \(context.debugDescription)"
                case DecodingError.dataCorrupted(let context): Self.corrupted(context)
                default: "\(error)"
                }
        }

        private static func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }

        /// The words for a raw value that is no case, and for a text that is too long, are each way's own.
        private static func corrupted(_ context: DecodingError.Context) -> String {
            let words = context.debugDescription
            let isOwn = ["Cannot initialize", "expected a text of at most", "expected one of"].contains {
                words.hasPrefix($0)
            }
            return "\(path(context)): \(isOwn ? "-" : words)"
        }
    }

    private func expectEncodesAlike(_ order: Order) throws {
        let ours = Result { try JSONSchemaEncoder().encode(order) }
        let theirs = Result { try JSONRecordEncoder().encode(order) }
        switch (ours, theirs) {
        case (.success(let one), .success(let other)):
            #expect(String(decoding: one, as: UTF8.self) == String(decoding: other, as: UTF8.self))
        default: Issue.record("\(ours), not \(theirs)")
        }
    }

    @Test func numbersAreWrittenAlike() throws {
        struct Codables: Codable { var value: Double }
        struct Schemas: SchemaRecord {
            var value: Double
            static func schema(_ record: inout some FieldVisitor<Schemas>) throws -> Schemas {
                try Schemas(value: record.field("value", \.value))
            }
        }
        var random = SeededGenerator(state: 7)
        let edges = [
            0, -0.0, 1, -1, 0.1, 0.01, 0.009, 0.0001, 123.4567, 123.45678, 1e11, 99_999_999_999.9999, 1e15, 1e16, 1e22,
            .pi,
            .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.30000000000000004, 1.005, 100.0001,
        ]
        let some = (0..<20_000).map { round in
            switch round % 4 {
            case 0: Double(bitPattern: random.next())
            case 1: Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &random)) / 10_000
            case 2: Double(Int.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)) / 100
            default: Double.random(in: -1e12...1e12, using: &random)
            }
        }
        for value in (edges + some).flatMap({ [$0, $0.nextUp, $0.nextDown] }) where value.isFinite {
            var expected = value.description
            if expected.hasSuffix(".0") { expected.removeLast(2) }
            let text = String(decoding: try JSONSchemaEncoder().encode(Schemas(value: value)), as: UTF8.self)
            #expect(text == "{\"value\":\(expected)}")
            let codable = String(decoding: try JSONRecordEncoder().encode(Codables(value: value)), as: UTF8.self)
            #expect(codable == text)
            #expect(try JSONSchemaDecoder().decode(Schemas.self, from: text).value.bitPattern == value.bitPattern)
        }
    }

    @Test func whatIsNotFiniteIsRefusedWithItsPath() throws {
        struct Inner: SchemaRecord {
            var values: [Double]
            var after = 1
            static func schema(_ record: inout some FieldVisitor<Inner>) throws -> Inner {
                try Inner(values: record.field("values", \.values), after: record.field("after", \.after))
            }
        }
        struct Outer: SchemaRecord {
            var name: String
            var inner: Inner
            var last = 2
            static func schema(_ record: inout some FieldVisitor<Outer>) throws -> Outer {
                try Outer(
                    name: record.field("name", \.name), inner: record.field("inner", \.inner),
                    last: record.field("last", \.last))
            }
        }
        let encoder = JSONSchemaEncoder()
        var bytes: [UInt8] = [1]
        do {
            try encoder.encode(Outer(name: "n", inner: Inner(values: [1, .infinity])), into: &bytes)
            Issue.record("an infinite number was written")
        } catch EncodingError.invalidValue(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["inner", "values", "Index 1"])
            #expect(context.debugDescription == "Unable to encode Double.infinity directly in JSON.")
        }
        #expect(bytes == [1])
        #expect(
            try encoder.encode(Outer(name: "n", inner: Inner(values: [])))
                == Array(#"{"name":"n","inner":{"values":[],"after":1},"last":2}"#.utf8))
    }

    @Test func defaultsStandForWhatIsMissingOrNull() throws {
        struct Limits: SchemaRecord, Equatable {
            var low: Int
            var high: Int
            static func schema(_ record: inout some FieldVisitor<Limits>) throws -> Limits {
                try Limits(low: record.field("low", \.low, default: 1), high: record.field("high", \.high, default: 9))
            }
        }
        let decoder = try JSONSchemaDecoder()
        for (text, low, high) in [
            ("{}", 1, 9), (#"{"high":5}"#, 1, 5), (#"{"low":null,"high":5}"#, 1, 5), (#"{"low":3}"#, 3, 9),
            (#"{"x":[{}],"high":5,"low":2}"#, 2, 5),
            // Read by way of the document, as the number has an exponent.
            (#"{"x":1e3,"low":null}"#, 1, 9),
        ] {
            #expect(try decoder.decode(Limits.self, from: text) == Limits(low: low, high: high), "\(text)")
        }
    }

    @Test func namesOfAnyLengthAndCharacters() throws {
        struct Names: SchemaRecord, Equatable {
            var a, b, c, d, e, f, g, h, i: Int
            static func schema(_ record: inout some FieldVisitor<Names>) throws -> Names {
                try Names(
                    a: record.field("", \.a), b: record.field("a", \.b), c: record.field("abc", \.c),
                    d: record.field("abcd", \.d), e: record.field("abcdefg", \.e), f: record.field("abcdefgh", \.f),
                    g: record.field("sixteen letters!", \.g), h: record.field("seventeen letters", \.h),
                    i: record.field("gr\u{fc}n", \.i))
            }
        }
        struct Quoted: SchemaRecord, Equatable {
            var value: Int
            static func schema(_ record: inout some FieldVisitor<Quoted>) throws -> Quoted {
                try Quoted(value: record.field("a \"b\" \\ \n", \.value))
            }
        }
        let (encoder, decoder) = (JSONSchemaEncoder(), try JSONSchemaDecoder())
        let names = Names(a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9)
        let text = String(decoding: try encoder.encode(names), as: UTF8.self)
        #expect(
            text
                == "{\"\":1,\"a\":2,\"abc\":3,\"abcd\":4,\"abcdefg\":5,\"abcdefgh\":6,\"sixteen letters!\":7,\"seventeen letters\":8,\"gr\u{fc}n\":9}"
        )
        #expect(try decoder.decode(Names.self, from: text) == names)
        let quoted = String(decoding: try encoder.encode(Quoted(value: 3)), as: UTF8.self)
        #expect(quoted == #"{"a \"b\" \\ \n":3}"#)
        #expect(try decoder.decode(Quoted.self, from: quoted) == Quoted(value: 3))
        #expect(throws: DecodingError.self) { try decoder.decode(Quoted.self, from: "{\"a \"b\" \\ \\n\":3}") }
        // And back to names without escapes.
        #expect(String(decoding: try encoder.encode(names), as: UTF8.self) == text)
    }

    /// Text that is nested deeply is malformed, and no more.
    @Test func deepTexts() throws {
        struct Deep: SchemaRecord {
            var values: [[[Int]]]
            static func schema(_ record: inout some FieldVisitor<Deep>) throws -> Deep {
                try Deep(values: record.field("values", \.values))
            }
        }
        let decoder = try JSONSchemaDecoder()
        for name in ["values", "other"] {
            let text = "{\"\(name)\":" + String(repeating: "[", count: 100_000)
            #expect(throws: DecodingError.self) { try decoder.decode(Deep.self, from: text) }
        }
    }

    @Test func snakeCaseNames() throws {
        struct Visits: SchemaRecord, Equatable {
            var pageViews: Int
            static func schema(_ record: inout some FieldVisitor<Visits>) throws -> Visits {
                try Visits(pageViews: record.field("pageViews", \.pageViews))
            }
        }
        let decoder = try JSONSchemaDecoder(options: JSONDecodingOptions(keys: .convertFromSnakeCase))
        #expect(try decoder.decode(Visits.self, from: #"{"page_views":3}"#) == Visits(pageViews: 3))
    }
}
