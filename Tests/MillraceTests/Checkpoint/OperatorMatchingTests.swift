import Foundation
import Millrace
import MillraceTesting
import Testing

/// Which operator has which state when the graph has changed between two runs.
@Suite struct OperatorMatchingTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    typealias Counts = Millrace.Stream<Keyed<Int, Int>>

    static let script: [ScriptedSource<Int>.Step] = (0..<40).flatMap { [.record($0), .silence(.milliseconds(2))] }

    /// A pipeline over the numbers from 0 to 39.
    func pipeline(_ output: TestOutput<Int>, _ declare: @escaping (Millrace.Stream<Int>) -> Counts) -> Pipeline {
        Pipeline("changing") { graph in
            declare(graph.source(ScriptedSource([Self.script]))).map(\.value).sink(output, name: "out")
        }
    }

    /// Runs the first until half of its input is read, and then the second.
    func run(
        _ first: (Millrace.Stream<Int>) -> Counts, then second: (Millrace.Stream<Int>) -> Counts,
        dropping: Set<String> = []
    ) throws -> [Int] {
        try withoutActuallyEscaping(first) { first in
            try withoutActuallyEscaping(second) { second in
                let state = folder.file("state-\(UUID().uuidString)")
                let (before, after) = (TestOutput<Int>(), TestOutput<Int>())
                var options = CheckpointOptions(directory: state, every: .milliseconds(5))
                let test = PipelineTest(seed: 1, checkpoints: options)
                try test.run(pipeline(before, first), stoppingAt: .milliseconds(40))
                options.allowNonRestoredState = dropping
                try PipelineTest(seed: 2, checkpoints: options).run(pipeline(after, second))
                return before.records + after.records
            }
        }
    }

    func message(_ body: () throws -> [Int]) -> String {
        do { return "no error: \(try body())" } catch { return "\(error)" }
    }

    static func ones(_ numbers: Millrace.Stream<Int>) -> Counts {
        numbers.keyed { _ in 0 }.fold(into: 0) { count, _ in count += 1 }
    }

    static func tens(_ numbers: Millrace.Stream<Int>) -> Counts {
        numbers.keyed { _ in 0 }.fold(into: 0) { count, _ in count += 10 }
    }

    static func texts(_ numbers: Millrace.Stream<Int>) {
        numbers.keyed { _ in 0 }.fold(into: "") { $0 += "\($1)" }.forEach { _ in }
    }

    @Test func theSameGraphGoesOn() throws {
        #expect(try run(Self.ones, then: Self.ones) == Array(1...40))
        // With two of a kind as well.
        let both = { (numbers: Millrace.Stream<Int>) in
            Self.tens(numbers).forEach { _ in }
            return Self.ones(numbers)
        }
        #expect(try run(both, then: both) == Array(1...40))
    }

    /// Another fold of the same types above: whose the counts are is not to be told.
    @Test func aDoubtIsRefused() throws {
        let text = message {
            try run(
                Self.ones,
                then: { numbers in
                    Self.tens(numbers).forEach { _ in }
                    return Self.ones(numbers)
                })
        }
        for part in ["'fold-1'", "'fold-2'", ".named(", "--fresh", "fold"] {
            #expect(text.contains(part), "'\(part)' is missing in: \(text)")
        }
        // As the message says.
        let found = try run(
            Self.ones,
            then: { numbers in
                Self.tens(numbers).forEach { _ in }
                return Self.ones(numbers).named("fold-1")
            })
        #expect(found == Array(1...40))
        // The other way about, one of two is gone.
        let fewer = message {
            try run(
                { numbers in
                    Self.tens(numbers).forEach { _ in }
                    return Self.ones(numbers)
                }, then: Self.ones)
        }
        #expect(fewer.contains("'fold-1' and 'fold-2'"), "\(fewer)")
    }

    /// What is different in kind, in types or in what leads to it is no doubt.
    @Test func whatIsDifferentIsToldApart() throws {
        let found = try run(
            Self.ones,
            then: { numbers in
                Self.texts(numbers)
                Self.tens(numbers.filter { $0 > 3 }).forEach { _ in }
                numbers.keyed { $0 % 2 }.deduplicated().forEach { _ in }
                return Self.ones(numbers)
            })
        #expect(found == Array(1...40))
    }

    /// A named operator keeps its state wherever it goes.
    @Test func aNamedOneMayMove() throws {
        let found = try run(
            { Self.ones($0).named("ones") },
            then: { numbers in
                Self.tens(numbers).forEach { _ in }
                return Self.ones(numbers.map { $0 }.filter { _ in true }).named("ones")
            })
        #expect(found == Array(1...40))
    }

    /// Fed by something else it is another one, whatever its number.
    @Test func whatHangsOnSomethingElseIsNotTheSame() throws {
        let text = message { try run(Self.ones, then: { Self.ones($0.map { $0 }) }) }
        #expect(text.contains("fold-1/value") && text.contains("would be lost"), "\(text)")
        let found = try run(Self.ones, then: { Self.ones($0.map { $0 }).named("fold-1") })
        #expect(found == Array(1...40))
        let dropped = try run(Self.ones, then: { Self.ones($0.map { $0 }) }, dropping: ["fold-1"])
        #expect(dropped.suffix(20).first.map { $0 < 30 } == true)
    }

    /// Output that waits for a sink which is not there any more.
    @Test func pendingOutputIsNotDropped() throws {
        let state = folder.file("state")
        let (before, after) = (TestOutput<Int>(), TestOutput<Int>())
        func pipeline(_ output: TestOutput<Int>, _ name: String) -> Pipeline {
            Pipeline("changing") { graph in graph.source(ScriptedSource([Self.script])).sink(output, name: name) }
        }
        var options = CheckpointOptions(directory: state, every: .milliseconds(5))
        try PipelineTest(seed: 1, checkpoints: options).runUntilCrash(
            pipeline(before, "old"), at: .committed(CheckpointNumber(3)))
        let text = message {
            try PipelineTest(seed: 1, checkpoints: options).run(pipeline(after, "new"))
            return []
        }
        #expect(text.contains("sink 'old'") && text.contains("name: \"old\""), "\(text)")
        try PipelineTest(seed: 1, checkpoints: options).run(pipeline(before, "old"))
        #expect(before.records == Array(0..<40))
        options.allowNonRestoredState = ["old"]
        try PipelineTest(seed: 1, checkpoints: options).run(pipeline(after, "new"))
    }
}
