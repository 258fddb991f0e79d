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

    @Test(arguments: TestSeeds.some(10))
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

    /// A program that is refused for another reason has migrated nothing: the program before it goes on.
    @Test(arguments: [true, false])
    func aRefusedStartLeavesTheFolderAsItWas(losesState: Bool) throws {
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(40)))
        let output = TestOutput<Int>()
        func pipeline<Visits: StateValue>(_ start: Visits, keepsCounts: Bool, length: Duration) -> Pipeline {
            Pipeline("visits") { graph in
                let keyed = graph.source(
                    .memory([Array(0..<5000)]), name: "records", eventTime: { Timestamp(milliseconds: Int64($0)) },
                    watermarks: .monotonic(), recordsPerSecond: 10_000
                ).keyed { $0 % 50 }
                keyed.fold(into: start) { _, _ in }.named("visits").forEach { _ in }
                if keepsCounts { keyed.fold(into: 0) { count, _ in count += 1 }.named("counts").forEach { _ in } }
                keyed.window(.tumbling(of: length)).fold(into: 0) { count, _ in count += 1 }.named("windows")
                    .map(\.value).sink(output)
            }
        }
        let length = Duration.milliseconds(100)
        let before = pipeline(Old(count: 1), keepsCounts: true, length: length)
        #expect(try test.runUntilCrash(before, at: .published(CheckpointNumber(2))))
        let refused = pipeline(
            New(note: "new", count: 1), keepsCounts: !losesState, length: losesState ? length : length * 2)
        let error = #expect(throws: StateError.self) { try test.run(refused) }
        #expect(error?.description.contains(losesState ? "would be lost" : "would be misread") == true)
        try test.run(before)
        #expect(output.records.reduce(0, +) == 5000)
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

/// Types whose fields changed between two runs, under one name: local types of one name each.
@Suite struct StateLayoutTests {
    /// Counts in a value of type `Value`, each run its own.
    func pipeline<Value: StateValue>(_ start: Value, _ output: TestOutput<String>) -> Pipeline {
        Pipeline("layouts") { graph in
            graph.source(.memory([[Int](0..<500)]), name: "records", recordsPerSecond: 10_000).keyed { $0 % 50 }
                .process(to: String.self) { states in
                    let plain = states.value("plain", of: Value.self)
                    let list = states.list("list", of: Value.self)
                    let map = states.map("map", of: (Int, Value?).self, timeToLive: TimeToLive(.hours(1)))
                    return ProcessFunction(onRecord: { record, context in
                        try plain.set(start)
                        try list.append(start)
                        try map.set(record, start)
                        try context.emit("\(record)")
                    })
                }
                .named("counts").sink(output)
        }
    }

    /// The error, if any, of a run with `new` after one with `old` that was killed.
    func outcome(_ old: some StateValue, _ new: some StateValue) throws -> StateError? {
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 1, checkpoints: .init(directory: folder.path, every: .milliseconds(10)))
        let output = TestOutput<String>()
        let crashed = try test.runUntilCrash(pipeline(old, output), at: .published(CheckpointNumber(2)))
        #expect(crashed)
        do {
            try test.run(pipeline(new, output))
            #expect(output.records.count == 500)
            return nil
        } catch let error as StateError { return error }
    }

    func bitwise(reordered: Bool) -> any StateValue {
        if reordered {
            struct Totals: BitwiseState { var sum = 1.5, count = 7 }
            return Totals()
        } else {
            struct Totals: BitwiseState { var count = 7, sum = 1.5 }
            return Totals()
        }
    }

    func nested(reordered: Bool) -> any StateValue {
        if reordered {
            struct Inner: Sendable, BitwiseCopyable { var b: Int32 = 1, a: Int32 = 2 }
            struct Outer: BitwiseState { var inner = Inner() }
            return Outer()
        } else {
            struct Inner: Sendable, BitwiseCopyable { var a: Int32 = 1, b: Int32 = 2 }
            struct Outer: BitwiseState { var inner = Inner() }
            return Outer()
        }
    }

    func coded(_ kind: String) -> any StateValue {
        switch kind {
        case "more":
            struct Visit: CodableState { var page = "a", count = 1, extra = 2 }
            return Visit()
        case "optional":
            struct Visit: CodableState { var count = 1, page = "a", extra: Int? }
            return Visit()
        case "other":
            struct Visit: CodableState { var page = 5, count = 1 }
            return Visit()
        default:
            struct Visit: CodableState { var page = "a", count = 1 }
            return Visit()
        }
    }

    @Test func reorderedFieldsAreRefused() throws {
        #expect(try outcome(bitwise(reordered: false), bitwise(reordered: false)) == nil)
        #expect(try outcome(nested(reordered: false), nested(reordered: false)) == nil)
        for error in [
            try outcome(bitwise(reordered: false), bitwise(reordered: true)),
            try outcome(nested(reordered: false), nested(reordered: true)),
        ] {
            let text = error?.description ?? "no error"
            for part in ["counts/", "would be misread", "stateVersion", "migration(from:)", "--drop-state counts"] {
                #expect(text.contains(part), "'\(part)' is missing in: \(text)")
            }
        }
    }

    @Test func fieldsThatDoNotDecodeAreRefusedAtTheStart() throws {
        #expect(try outcome(coded("plain"), coded("plain")) == nil)
        #expect(try outcome(coded("plain"), coded("optional")) == nil)
        for (kind, field) in [("more", "extra"), ("other", "page")] {
            let text = try outcome(coded("plain"), coded(kind))?.description ?? "no error"
            for part in ["counts/", field, "does not decode", "stateVersion", "optional", "--drop-state counts"] {
                #expect(text.contains(part), "'\(part)' is missing in: \(text)")
            }
        }
    }
}
