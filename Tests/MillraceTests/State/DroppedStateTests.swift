import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

/// State that a changed graph has no more: what comes after it never sees it, and its room is given back.
@Suite struct DroppedStateTests {
    /// 300 records of 10 keys, one a millisecond; a fold for each of the names.
    static func pipeline(_ names: [String], _ outputs: [String: TestOutput<Keyed<Int, Int>>]) -> Pipeline {
        Pipeline("dropped") { graph in
            let script = (0..<300).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(1))] }
            let keyed = graph.source(ScriptedSource([script]), name: "numbers").keyed { $0 % 10 }
            for name in names {
                let output = outputs[name] ?? TestOutput()
                keyed.fold(into: 0) { count, _ in count += 1 }.named(name).sink(output, name: "\(name)-out")
            }
        }
    }

    /// The folder's numbers, by what is stored and by what its checkpoint names.
    static func numbers(_ path: String) throws -> (stored: Set<StateID>, named: Set<StateID>) {
        let store = try CheckpointStore(folder: StateFolder(path: path, fresh: false))
        return (try store.numbersInTree(), try Set(store.storedManifests().flatMap { $0.states.map(\.id) }))
    }

    @Test(arguments: TestSeeds.some(5), [1, 1000])
    func newStateDoesNotGetItsNumber(seed: UInt64, foldAfter: Int) throws {
        let folder = try TemporaryFolder()
        var options = CheckpointOptions(directory: folder.path, every: .milliseconds(7))
        options.foldAfter = foldAfter
        let outputs = ["a": TestOutput<Keyed<Int, Int>>(), "b": TestOutput(), "c": TestOutput()]
        var test = PipelineTest(seed: seed, checkpoints: options)
        try test.run(Self.pipeline(["a", "b"], outputs), stoppingAt: .milliseconds(100))
        test.options.checkpoints?.allowNonRestoredState = ["b"]
        try test.run(Self.pipeline(["a"], outputs), parallelism: 2, stoppingAt: .milliseconds(150))
        let before = outputs["a"]?.records.count ?? 0
        test.options.checkpoints?.allowNonRestoredState = []
        try test.run(Self.pipeline(["a", "c"], outputs))
        var last: [Int: Int] = [:]
        for result in outputs["c"]?.records ?? [] { last[result.key] = max(last[result.key] ?? 0, result.value) }
        #expect(last.values.reduce(0, +) == 300 - before, "seed \(seed)")
        #expect(outputs["a"]?.records.count == 300, "seed \(seed)")
        #expect(outputs["a"]?.records.map(\.value).max() == 30, "seed \(seed)")
        let (stored, named) = try Self.numbers(folder.path)
        #expect(named.count == 2)
        if foldAfter == 1 { #expect(stored == named, "seed \(seed): \(stored) \(named)") }
    }

    /// A crash at any step of the way: the state is there as long as a checkpoint names it.
    @Test(arguments: TestSeeds.some(20))
    func crashesOnTheWayLoseNothing(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        var options = CheckpointOptions(directory: folder.path, every: .milliseconds(7))
        options.foldAfter = Int.random(in: 1...3, using: &random)
        let outputs = ["a": TestOutput<Keyed<Int, Int>>(), "b": TestOutput()]
        var test = PipelineTest(seed: seed, checkpoints: options)
        try test.run(Self.pipeline(["a", "b"], outputs), stoppingAt: .milliseconds(60))
        let checkpoint = try Self.lastCheckpoint(folder.path)
        test.options.checkpoints?.allowNonRestoredState = ["b"]
        let point = CrashTests.points[Int.random(in: 0..<CrashTests.points.count, using: &random)].1
        let crashed = try test.runUntilCrash(
            Self.pipeline(["a"], outputs),
            at: point(CheckpointNumber(checkpoint + UInt64.random(in: 1...3, using: &random))))
        test.options.checkpoints?.allowNonRestoredState = []
        if crashed, try Self.names("b", folder.path) {
            // Nothing has been stored without it: back to the old graph.
            try test.run(Self.pipeline(["a", "b"], outputs))
            #expect(outputs["b"]?.records.map(\.value).max() == 30, "seed \(seed)")
        } else if crashed {
            try test.run(Self.pipeline(["a"], outputs))
        }
        #expect(outputs["a"]?.records.map(\.value).max() == 30, "seed \(seed)")
    }

    private static func lastCheckpoint(_ path: String) throws -> UInt64 {
        let store = try CheckpointStore(folder: StateFolder(path: path, fresh: false))
        return try store.storedManifests().last?.checkpoint.value ?? 0
    }

    private static func names(_ operatorID: String, _ path: String) throws -> Bool {
        let store = try CheckpointStore(folder: StateFolder(path: path, fresh: false))
        return try store.storedManifests().contains { $0.states.contains { $0.operatorID == operatorID } }
    }
}
