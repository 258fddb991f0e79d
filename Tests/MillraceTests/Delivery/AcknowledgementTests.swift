import Foundation
import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Every way of acknowledging, with every kind of failure and a crash at every point: how often each record is handled.
/// The result is the table in `Docs/Batches.md`; with `MILLRACE_RECORD=1` in the environment it is written there.
@Suite struct AcknowledgementTests {
    struct Bad: Error, CustomStringConvertible { var description: String { "bad" } }

    enum Failure: String, CaseIterable {
        case none = "none"
        case once = "record 4, once"
        case always = "record 4, always"
        case batchOnce = "its batch throws, once"
        case batchAlways = "its batch throws, always"
    }

    static let crashes: [(String, CrashPoint?)] = [
        ("none", nil),
        ("checkpoint 1 begins", .beforeBarriers(CheckpointNumber(1))),
        ("before the batch is closed for it", .sourceNoted(CheckpointNumber(1))),
        ("all done, not stored", .encoded(CheckpointNumber(1))),
        ("inside the store's commit", .insideCommit(CheckpointNumber(1))),
        ("stored, not published", .committed(CheckpointNumber(1))),
        ("published", .published(CheckpointNumber(1))),
        ("checkpoint 2 begins", .beforeBarriers(CheckpointNumber(2))),
        ("all done for 2, not stored", .encoded(CheckpointNumber(2))),
    ]

    static let count = 9

    /// Nine records, three a batch, with a silence into which the first checkpoint falls. Two attempts, a pause of 100 ms.
    static func play(
        _ mode: Acknowledgement, _ failure: Failure, _ crash: CrashPoint?
    ) throws -> (handled: [Int], output: [Int], letters: [Int], crashed: Bool) {
        let handled = Mutex([Int](repeating: 0, count: count))
        let failed = Mutex(0)
        let (output, letters) = (TestOutput<Int>(), TestOutput<DeadLetter<Int>>())
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 11, checkpoints: .init(directory: folder.path, every: .milliseconds(70)))
        let clock = test.clock
        let pipeline = Pipeline("acknowledgement") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Int>.self)
            let steps: [ScriptedSource<Int>.Step] =
                (0..<5).map { .record($0) } + [.silence(.milliseconds(100))] + (5..<count).map { .record($0) }
            graph.source(ScriptedSource([steps]))
                .batches(
                    of: 3, within: .milliseconds(60), onError: .deadLetter(to: dead),
                    options: .init(
                        acknowledgement: mode, retry: RetryPolicy(attempts: 2, initial: .milliseconds(100), jitter: 0))
                ) { batch in
                    handled.withLock { handled in for record in batch { handled[record] += 1 } }
                    try await clock.sleep(until: clock.now + .milliseconds(5))
                    guard let place = batch.firstIndex(of: 4) else { return .succeeded }
                    let times = failed.withLock {
                        $0 += 1
                        return $0
                    }
                    switch failure {
                    case .none: return .succeeded
                    case .once: return times == 1 ? .failed([RecordFailure(place, Bad())]) : .succeeded
                    case .always: return .failed([RecordFailure(place, Bad())])
                    case .batchOnce: if times == 1 { throw Bad() } else { return .succeeded }
                    case .batchAlways: throw Bad()
                    }
                }
                .sink(output, name: "output")
            dead.stream.sink(letters, name: "letters")
        }
        var crashed = false
        if let crash {
            crashed = try test.runUntilCrash(pipeline, at: crash)
        }
        if crash == nil || crashed { try test.run(pipeline) }
        return (handled.withLock { $0 }, output.records, letters.records.map(\.record), crashed)
    }

    @Test func everyRecordIsDoneOnceWhateverHappens() throws {
        var table = [
            "| failure | crash | allOrNothing | perRecord | upToFirstFailure |", "|---|---|---|---|---|",
        ]
        for failure in Failure.allCases {
            for (name, crash) in Self.crashes {
                var cells: [String] = []
                for mode in Acknowledgement.allCases {
                    let title = "\(mode), \(failure.rawValue), crash: \(name)"
                    let played = try Self.play(mode, failure, crash)
                    if crash != nil { #expect(played.crashed, "\(title): it never came to that") }
                    // What follows sees each record once: in the output, or among the dead letters.
                    #expect((played.output + played.letters).sorted() == Array(0..<Self.count), "\(title)")
                    #expect(played.output == played.output.sorted(), "\(title)")
                    let givenUp = [Failure.always, .batchAlways].contains(failure)
                    #expect(played.letters.contains(4) == givenUp, "\(title)")
                    if mode != .allOrNothing { #expect(played.letters.count == (givenUp ? 1 : 0), "\(title)") }
                    #expect(played.handled.allSatisfy { $0 >= 1 }, "\(title)")
                    cells.append(played.handled.map(String.init).joined())
                }
                table.append("| \(failure.rawValue) | \(name) | \(cells.joined(separator: " | ")) |")
            }
        }
        try Self.compareWithDocument(table)
    }

    static func compareWithDocument(_ table: [String]) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/Batches.md")
            .standardized
        let text = try String(contentsOf: file, encoding: .utf8)
        let (begin, end) = ("<!-- table: acknowledgement -->\n", "<!-- end of table -->")
        let first = try #require(text.range(of: begin), "\(file.path) has no mark \(begin)")
        let last = try #require(text.range(of: end), "\(file.path) has no mark \(end)")
        let lines = table.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["MILLRACE_RECORD"] != nil {
            let mended = text[..<first.upperBound] + lines + text[last.lowerBound...]
            try mended.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(
                text[first.upperBound..<last.lowerBound] == lines,
                "the table in \(file.path) is not what the test finds")
        }
    }

    /// A run that gives up for good leaves behind the position of the record that it gave up on: what went before is not
    /// handled again, and what comes behind is.
    @Test(arguments: [false, true])
    func aRunThatFailsLeavesThePositionOfTheFirstFailure(atTheEnd: Bool) throws {
        let handled = Mutex<[Int]>([])
        let isMended = Mutex(false)
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 12, checkpoints: .init(directory: folder.path, every: .seconds(60)))
        let pipeline = Pipeline("stops") { graph in
            let steps: [ScriptedSource<Int>.Step] =
                (0..<9).map { .record($0) } + (atTheEnd ? [] : [.silence(.seconds(5)), .record(9)])
            graph.source(ScriptedSource([steps]))
                .batches(of: 4, options: .init(acknowledgement: .upToFirstFailure, retry: RetryPolicy(attempts: 2))) {
                    batch in
                    handled.withLock { $0 += batch }
                    guard let place = batch.firstIndex(of: 6), !isMended.withLock({ $0 }) else { return .succeeded }
                    return .failed([RecordFailure(place, Bad())])
                }
                .sink(output)
        }
        let error = #expect(throws: PipelineError.self) { try test.run(pipeline) }
        #expect("\(try #require(error))".contains("bad"))
        #expect(output.records == Array(0..<6))
        #expect(handled.withLock { $0 } == [0, 1, 2, 3, 4, 5, 6, 7, 6, 7])
        handled.withLock { $0 = [] }
        isMended.withLock { $0 = true }
        try test.run(pipeline)
        #expect(handled.withLock { $0 } == Array(6..<(atTheEnd ? 9 : 10)))
        #expect(output.records == Array(0..<(atTheEnd ? 9 : 10)))
    }

    /// While attempts go on, checkpoints are stored with the position of the first record that is not done.
    @Test func attemptsDoNotHoldUpCheckpoints() throws {
        let handled = Mutex<[Int]>([])
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 13, checkpoints: .init(directory: folder.path, every: .milliseconds(100)))
        let clock = test.clock
        let pipeline = Pipeline("gap") { graph in
            graph.source(ScriptedSource([(0..<12).map { .record($0) } + [.silence(.seconds(20))]]))
                .batches(
                    of: 4, concurrency: 2,
                    options: .init(
                        acknowledgement: .upToFirstFailure,
                        retry: RetryPolicy(attempts: 5, initial: .seconds(2), jitter: 0))
                ) { batch in
                    handled.withLock { $0 += batch }
                    guard let place = batch.firstIndex(of: 2), clock.now < .seconds(1) else { return .succeeded }
                    return .failed([RecordFailure(place, Bad())])
                }
                .sink(output)
        }
        // Dies while record 2 waits for its next attempt; records 0 and 1 are done and published.
        #expect(try test.runUntilCrash(pipeline, at: .published(CheckpointNumber(3))))
        #expect(output.records == [0, 1])
        #expect(clock.now < .seconds(1))
        handled.withLock { $0 = [] }
        try test.run(pipeline)
        #expect(output.records == Array(0..<12))
        #expect(handled.withLock { $0 }.first == 2)
    }

    @Test func allOrNothingWithoutAWayOutFailsTheRunAndNothingMoves() throws {
        let handled = Mutex<[Int]>([])
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let isMended = Mutex(false)
        let test = PipelineTest(seed: 14, checkpoints: .init(directory: folder.path, every: .milliseconds(50)))
        let pipeline = Pipeline("stops") { graph in
            graph.source(ScriptedSource([(0..<6).map { .record($0) }]))
                .batches(of: 3, options: .init(retry: RetryPolicy(attempts: 3, initial: .milliseconds(40)))) { batch in
                    handled.withLock { $0 += batch }
                    if batch.contains(4), !isMended.withLock({ $0 }) { throw Bad() }
                    return .succeeded
                }
                .sink(output)
        }
        #expect(throws: PipelineError.self) { try test.run(pipeline) }
        #expect(handled.withLock { $0 } == [0, 1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5])
        isMended.withLock { $0 = true }
        try test.run(pipeline)
        #expect(output.records == Array(0..<6))
    }
}
