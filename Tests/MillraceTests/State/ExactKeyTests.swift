import Foundation
import Millrace
import MillraceTesting
import Testing

/// Keys of streams and keys within state by one rule; keys that Foundation has.
@Suite struct ExactKeyTests {
    /// "é" in one scalar and in two: equal strings, different bytes.
    static let spellings = ["caf\u{e9}", "cafe\u{301}"]

    struct Named: Codable, Hashable, CodableState {
        var name: String
    }

    @Test func twoSpellingsAreTwoKeysEverywhere() throws {
        #expect(Self.spellings[0] == Self.spellings[1])
        let folder = try TemporaryFolder()
        let results = TestOutput<String>()
        let records = Self.spellings + Self.spellings + ["x"]
        let test = PipelineTest(
            seed: 4, checkpoints: CheckpointOptions(directory: folder.path, every: .milliseconds(1)))
        let pipeline = Pipeline("spellings") { graph in
            let words = graph.source(.memory([records]), name: "words", recordsPerSecond: 100)
            words.keyed { $0 }.fold(into: 0) { count, _ in count += 1 }.named("stream")
                .map { "stream \($0.value)" }.sink(results)
            words.keyed { _ in 1 }.process(to: String.self) { states in
                let counts = states.map("map", of: (String, Int).self)
                let named = states.map("structs", of: (Named, Int).self)
                return ProcessFunction(onRecord: { word, context in
                    try counts.set(word, (try counts.get(word) ?? 0) + 1)
                    try named.set(Named(name: word), (try named.get(Named(name: word)) ?? 0) + 1)
                    let (all, structs) = (try counts.get(), try named.get())
                    try context.emit("map \(all.count) \(all[word] ?? 0) \(structs.count)")
                })
            }.named("map").sink(results)
            words.keyed { _ in 1 }.aggregate(DistinctCount(of: { $0 })).named("distinct")
                .map { "distinct \($0.value)" }.sink(results)
        }
        // Also where the state comes from the store.
        try test.runUntilCrash(pipeline, at: .committed(CheckpointNumber(3)))
        try test.run(pipeline)
        let sorted = Dictionary(grouping: results.records) { $0.prefix { $0 != " " } }.mapValues { $0.sorted() }
        #expect(sorted["stream"] == ["stream 1", "stream 1", "stream 1", "stream 2", "stream 2"])
        #expect(sorted["map"] == ["map 1 1 1", "map 2 1 2", "map 2 2 2", "map 2 2 2", "map 3 1 3"])
        #expect(sorted["distinct"] == (["1", "2", "2", "2", "3"].map { "distinct \($0)" }))
    }

    @Test func identifiersAndDatesAreKeysAndState() throws {
        let folder = try TemporaryFolder()
        let identifiers = (0..<50).map { UUID(uuid: (9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 1, UInt8($0))) }
        let records = (0..<500).map { identifiers[$0 % 50] }
        let output = TestOutput<String>()
        let test = PipelineTest(
            seed: 9, checkpoints: CheckpointOptions(directory: folder.path, every: .milliseconds(10)))
        let pipeline = Pipeline("identifiers") { graph in
            graph.source(.memory([records]), name: "records", recordsPerSecond: 1000).keyed { $0 }
                .process(to: String.self) { states in
                    let days = states.map("days", of: (Date, UUID).self)
                    return ProcessFunction(onRecord: { record, context in
                        let count = try days.get().count
                        try days.set(Date(timeIntervalSinceReferenceDate: Double(count) * 86_400), record)
                        let all = try days.get()
                        try context.emit("\(context.key) \(all.count) \(all.allSatisfy { $0.value == record })")
                    })
                }.named("days").sink(output)
        }
        try test.runUntilCrash(pipeline, parallelism: 2, at: .committed(CheckpointNumber(7)))
        try test.run(pipeline, parallelism: 3)
        let expected = identifiers.flatMap { id in (1...10).map { "\(id) \($0) true" } }.sorted()
        #expect(output.records.sorted() == expected)
        // Frozen: state folders depend on it.
        #expect(Date(timeIntervalSinceReferenceDate: 86_400).frozenHash == 15_907_708_504_706_290_074)
        #expect(identifiers[3].frozenHash == 986_187_425_442_380_701)
        #expect(
            Date(timeIntervalSinceReferenceDate: 0).frozenHash == Date(timeIntervalSinceReferenceDate: -0.0).frozenHash)
    }
}
