import Foundation
import Millrace
import MillraceTesting
import Testing

@testable import MillraceState

/// Records with a schema as state: stored field by field, read by name where the fields have changed.
@Suite struct SchemaStateTests {
    struct Part: SchemaRecord, Equatable {
        var name: InlineText
        var count: Int32?
        static func schema(_ record: inout some FieldVisitor<Part>) throws -> Part {
            try Part(name: record.field("name", \.name), count: record.field("count", \.count))
        }
    }

    enum Side: Int8, CaseIterable, FieldValue { case buy, sell }

    struct Visit: SchemaRecord, StateValue, Equatable {
        var page: String
        var at: Timestamp
        var weight: Float
        var side: Side
        var parts: [Part]
        var counts: [String: UInt16]
        var isOpen: Bool
        static func schema(_ record: inout some FieldVisitor<Visit>) throws -> Visit {
            try Visit(
                page: record.field("page", \.page), at: record.field("at", \.at),
                weight: record.field("weight", \.weight),
                side: record.field("side", \.side), parts: record.field("parts", \.parts),
                counts: record.field("counts", \.counts), isOpen: record.field("isOpen", \.isOpen))
        }
    }

    /// The same type some versions later: fields in another order, one removed, wider ones, new ones.
    struct LaterPart: SchemaRecord, Equatable {
        var count: Int64?
        var note: String?
        var name: String
        static func schema(_ record: inout some FieldVisitor<LaterPart>) throws -> LaterPart {
            try LaterPart(
                count: record.field("count", \.count), note: record.field("note", \.note),
                name: record.field("name", \.name))
        }
    }

    struct LaterVisit: SchemaRecord, StateValue, Equatable {
        var counts: [String: Int]
        var weight: Double?
        var parts: [LaterPart]
        var page: String
        var kind: String
        var at: Timestamp
        var side: Side
        static func schema(_ record: inout some FieldVisitor<LaterVisit>) throws -> LaterVisit {
            try LaterVisit(
                counts: record.field("counts", \.counts), weight: record.field("weight", \.weight),
                parts: record.field("parts", \.parts), page: record.field("page", \.page),
                kind: record.field("kind", \.kind, default: "page"), at: record.field("at", \.at),
                side: record.field("side", \.side))
        }
    }

    let visit = Visit(
        page: "/index", at: Timestamp(milliseconds: -5), weight: 0.5, side: .sell,
        parts: [Part(name: "a", count: -7), Part(name: "", count: nil)], counts: ["x": 65_535, "": 0], isOpen: true)

    func bytes(_ value: some StateValue) -> [UInt8] {
        var writer = ByteWriter()
        value.encode(into: &writer)
        return writer.bytes()
    }

    func read<T>(_ bytes: [UInt8], _ decode: (inout ByteReader) throws -> T) throws -> T {
        try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let value = try decode(&reader)
            #expect(reader.remaining == 0)
            return value
        }
    }

    @Test func roundTrip() throws {
        #expect(
            Visit.stateSchema
                == "Visit{page:String,at:Timestamp,weight:Float,side:Int8,parts:[Part{name:String,count:Int32?}],counts:[:UInt16],isOpen:Bool}"
        )
        #expect(try read(bytes(visit)) { try Visit.decode(from: &$0) } == visit)
        // Equal values, equal bytes: checkpoints and tests compare them.
        var other = visit
        other.counts = ["": 0, "x": 65_535]
        #expect(bytes(other) == bytes(visit))
    }

    /// The layout is what folders hold, and must not change.
    @Test func layout() {
        let part = Visit(
            page: "ab", at: Timestamp(milliseconds: 1), weight: 1, side: .buy, parts: [Part(name: "x", count: 2)],
            counts: ["k": 3], isOpen: false)
        #expect(
            bytes(part) == [
                2, 0x61, 0x62, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 1, 1, 0x78, 1, 2, 0, 0, 0, 1, 1, 0x6b, 3, 0,
                0,
            ])
    }

    @Test func damagedBytesThrow() throws {
        let good = bytes(visit)
        for count in 0..<good.count {
            #expect(throws: StateDecodingError.self) {
                try read(Array(good[..<count])) { try Visit.decode(from: &$0) }
            }
        }
        var random = TestRandom(seed: 3)
        for _ in 0..<20_000 {
            var damaged = good
            damaged[Int.random(in: 0..<good.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            damaged.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                _ = try? Visit.decode(from: &reader)
            }
        }
    }

    @Test func olderFieldsAreReadByName() throws {
        let migrate = try #require(LaterVisit.migration(from: Visit.stateSchema))
        let later = try read(bytes(visit), migrate)
        #expect(
            later
                == LaterVisit(
                    counts: ["x": 65_535, "": 0], weight: 0.5,
                    parts: [LaterPart(count: -7, note: nil, name: "a"), LaterPart(count: nil, note: nil, name: "")],
                    page: "/index", kind: "page", at: visit.at, side: .sell))
        // Back is not possible: fields are missing, and numbers may not fit.
        #expect(Visit.migration(from: LaterVisit.stateSchema) == nil)
        for schema in [
            "", "Visit", "Visit{", "Visit{page:String", "Visit{page:}", "Visit{page:Strin}", "Array<Visit{}>", "[Int]",
        ] {
            #expect(Visit.migration(from: schema) == nil, "\(schema)")
        }
    }

    /// A default within another record would be lost: refused, not replaced by nil.
    @Test func defaultsOfInnerRecordsAreRefused() {
        struct Inner: SchemaRecord {
            var a: Int
            var limit: Int?
            static func schema(_ record: inout some FieldVisitor<Inner>) throws -> Inner {
                try Inner(a: record.field("a", \.a), limit: record.field("limit", \.limit, default: 10))
            }
        }
        struct Outer: SchemaRecord, StateValue {
            var parts: [Inner?]
            static func schema(_ record: inout some FieldVisitor<Outer>) throws -> Outer {
                try Outer(parts: record.field("parts", \.parts))
            }
        }
        #expect(Outer.migration(from: "Outer{parts:[Inner{a:Int}?]}") == nil)
        #expect(Outer.migration(from: "Outer{parts:[Inner{a:Int}]}") == nil)
        #expect(Outer.migration(from: "Outer{parts:[Inner{limit:Int8,a:Int}]}") != nil)
    }

    @Test func namesMayHoldAnything() throws {
        let type = StoredType.record(
            name: "Pair<A, B>",
            fields: [
                .init(name: "a,b:{c}?[\\]", type: .optional(.array(.dictionary(.scalar("Int8"))))),
                .init(name: "", type: .record(name: "", fields: [])),
            ])
        #expect(StoredType(parsing: "\(type)") == type)
    }

    struct CodableVisit: CodableState, Equatable {
        var page: String
        var count: Int?
    }

    @Test func codableStateGoesOn() throws {
        // As if `CodableVisit` had been called `Moved`, which it is now by its schema.
        struct Moved: SchemaRecord, StateValue, Codable, Equatable {
            var page: String
            var count: Int?
            static func schema(_ record: inout some FieldVisitor<Moved>) throws -> Moved {
                try Moved(page: record.field("page", \.page), count: record.field("count", \.count))
            }
        }
        let migrate = try #require(Moved.migration(from: "Moved/codable/1"))
        #expect(try read(bytes(CodableVisit(page: "p", count: 3)), migrate) == Moved(page: "p", count: 3))
        #expect(Visit.migration(from: "Visit/codable/1") == nil)
    }

    /// A pipeline that is stopped, and goes on with the type's later version.
    @Test(arguments: TestSeeds.some(5))
    func aPipelineGoesOnWithLaterFields(seed: UInt64) throws {
        struct Total: SchemaRecord, StateValue {
            var count: Int32 = 0
            var name: InlineText = ""
            static func schema(_ record: inout some FieldVisitor<Total>) throws -> Total {
                try Total(count: record.field("count", \.count), name: record.field("name", \.name))
            }
        }
        struct LaterTotal: SchemaRecord, StateValue {
            var name = ""
            var count = 0
            static func schema(_ record: inout some FieldVisitor<LaterTotal>) throws -> LaterTotal {
                try LaterTotal(name: record.field("name", \.name), count: record.field("count", \.count))
            }
        }
        func pipeline<T: StateValue>(
            _ initial: T, _ output: TestOutput<String>, _ add: @escaping @Sendable (inout T, Int) -> String
        ) -> Pipeline {
            Pipeline("totals") { graph in
                graph.source(.memory([Array(0..<2000)]), name: "records", recordsPerSecond: 10_000)
                    .keyed { InlineText("key \($0 % 50)") ?? "" }
                    .fold(into: initial) { total, record in _ = add(&total, record) }
                    .named("totals")
                    .map { total in
                        var copy = total.value; return add(&copy, -1)
                    }
                    .sink(output)
            }
        }
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(20)))
        let output = TestOutput<String>()
        _ = try test.runUntilCrash(
            pipeline(Total(), output) { total, record in
                if record >= 0 { (total.count, total.name) = (total.count + 1, InlineText("key \(record % 50)") ?? "") }
                return "\(total.name) \(total.count)"
            }, at: .published(CheckpointNumber(3)))
        _ = try test.run(
            pipeline(LaterTotal(), output) { total, record in
                if record >= 0 { (total.count, total.name) = (total.count + 1, "key \(record % 50)") }
                return "\(total.name) \(total.count)"
            })
        expectSame(
            output.records, (0..<2000).map { "key \($0 % 50) \($0 / 50 + 1)" }, "seed \(seed)")
    }
}
