import Millrace
import MillraceTesting
import Testing

/// State that an older version of a type stored: made anew at start where the type says how, refused where it does not.
@Suite struct MigrationTests {
    /// Two versions of one type, as they would follow each other in a program.
    struct Old: StateValue, Sendable {
        var count: Int
        static var stateSchema: String { "Visits/1" }
        func encode(into writer: inout ByteWriter) { writer.write(count) }
        static func decode(from reader: inout ByteReader) throws -> Old { Old(count: try reader.read()) }
    }

    struct New: StateValue, Sendable, Equatable {
        var note: String
        var count: Int
        static var stateSchema: String { "Visits/2" }
        func encode(into writer: inout ByteWriter) {
            writer.write(note)
            writer.write(count)
        }
        static func decode(from reader: inout ByteReader) throws -> New {
            New(note: try reader.readString(), count: try reader.read())
        }
        static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> New)? {
            guard schema == Old.stateSchema else { return nil }
            return { reader in New(note: "was 1", count: try reader.read()) }
        }
    }

    func old(_ records: Int, _ output: TestOutput<String>) -> Pipeline {
        Pipeline("visits") { graph in
            graph.source(.memory([Array(0..<records)]), name: "records", recordsPerSecond: 10_000).keyed {
                "key \($0 % 50)"
            }
            .process(to: String.self) { states in
                let visits = states.value("visits", of: Old.self)
                let lists = states.list("list", of: Old.self)
                let mortal = states.value("mortal", of: Old.self, timeToLive: TimeToLive(.hours(1)))
                return ProcessFunction(onRecord: { _, context in
                    try visits.update(or: Old(count: 0)) { $0.count += 1 }
                    try lists.append(Old(count: 7))
                    try mortal.set(Old(count: 9))
                    try context.emit("\(try visits.get()?.count ?? 0)")
                })
            }
            .named("visits").sink(output)
        }
    }

    func new(_ records: Int, _ output: TestOutput<String>) -> Pipeline {
        Pipeline("visits") { graph in
            graph.source(.memory([Array(0..<records)]), name: "records", recordsPerSecond: 10_000).keyed {
                "key \($0 % 50)"
            }
            .process(to: String.self) { states in
                let visits = states.value("visits", of: New.self)
                let lists = states.list("list", of: New.self)
                let mortal = states.value("mortal", of: New.self, timeToLive: TimeToLive(.hours(1)))
                return ProcessFunction(onRecord: { _, context in
                    try visits.update(or: New(note: "new", count: 0)) { $0.count += 1 }
                    let visit = try visits.get()
                    let list = try lists.get().map { "\($0.note) \($0.count)" }
                    let kept = try mortal.get().map { "\($0.note) \($0.count)" } ?? "-"
                    try context.emit("\(visit?.note ?? "") \(visit?.count ?? 0) \(list) \(kept)")
                })
            }
            .named("visits").sink(output)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func olderStateIsMadeAnew(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(40)))
        // Stopped in the middle: a run that is complete has nothing to go on with.
        let output = TestOutput<String>()
        let crash = try test.runUntilCrash(
            old(5000, output), parallelism: 2,
            at: .published(CheckpointNumber(UInt64.random(in: 1...3, using: &random))))
        #expect(crash)
        // Dies once more behind the migration.
        try test.runUntilCrash(
            new(5000, output), parallelism: 3,
            at: .beforeBarriers(CheckpointNumber(UInt64.random(in: 2...6, using: &random))))
        try test.run(new(5000, output), parallelism: Int.random(in: 1...4, using: &random))
        var counts: [String: Int] = [:]
        var isOld = false
        try StateInspection(directory: folder.path)
            .forEach(of: "visits", state: "visits", key: String.self, value: New.self) { key, visit in
                counts[key] = visit.count
                if visit.note == "was 1" { isOld = true }
            }
        #expect(counts.count == 50 && counts.values.allSatisfy { $0 == 100 }, "seed \(seed)")
        #expect(isOld, "seed \(seed)")
        #expect(output.records.contains { $0.hasPrefix("was 1 ") && $0.contains("was 1 7") && $0.hasSuffix("was 1 9") })
    }

    @Test func withoutAMigrationItIsRefused() throws {
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(40)))
        let output = TestOutput<String>()
        let crashed = try test.runUntilCrash(
            new(5000, output), at: .published(CheckpointNumber(1)))
        #expect(crashed)
        let error = #expect(throws: StateError.self) { try test.run(old(5000, output)) }
        #expect(error?.kind == .mismatch)
        #expect(error?.description.contains("migration(from:)") == true)
    }
}
