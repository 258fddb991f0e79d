import Millrace
import MillraceTesting
import Synchronization
import Testing

/// The position that is stored while a record is not done (`Acknowledgement.upToFirstFailure`), and what ends with it.
@Suite struct BatchPositionTests {
    struct Bad: Error, CustomStringConvertible { var description: String { "bad" } }

    static func records(_ numbers: Range<Int>) -> [ScriptedSource<Int>.Step] { numbers.map { .record($0) } }

    /// An attempt succeeds after the position has been settled, while another operator's work is waited for: its records
    /// belong to the next checkpoint.
    @Test(arguments: TestSeeds.some(4))
    func whatComesBackDuringACheckpointBelongsToTheNext(seed: UInt64) throws {
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(100)))
        let clock = test.clock
        let pipeline = Pipeline("settled") { graph in
            graph.source(ScriptedSource([Self.records(0..<6) + [.silence(.seconds(5))]]))
                .batches(
                    of: 6,
                    options: .init(
                        acknowledgement: .upToFirstFailure,
                        retry: RetryPolicy(attempts: 3, initial: .milliseconds(200), jitter: 0))
                ) { batch in
                    if batch.attempt == 1, let place = batch.firstIndex(of: 2) {
                        return .failed([RecordFailure(place, Bad())])
                    }
                    return .succeeded
                }
                .batches(of: 10, within: .seconds(1)) { _ in
                    try await clock.sleep(until: clock.now + .milliseconds(300))
                    return .succeeded
                }
                .sink(output)
        }
        #expect(try test.runUntilCrash(pipeline, at: .published(CheckpointNumber(1))))
        #expect(output.records == [0, 1])
        try test.run(pipeline)
        #expect(output.records == Array(0..<6), "seed \(seed)")
    }

    /// A record that becomes several has one position: it is not stored while some of them are passed on and others not.
    @Test func aRecordThatBecomesSeveralIsNotRepeatedInPart() throws {
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 5, checkpoints: .init(directory: folder.path, every: .milliseconds(100)))
        let clock = test.clock
        let pipeline = Pipeline("several") { graph in
            graph.source(ScriptedSource([Self.records(0..<3) + [.silence(.seconds(20))]]))
                .flatMap { [$0 * 2, $0 * 2 + 1] }
                .batches(
                    of: 4, within: .milliseconds(20),
                    options: .init(
                        acknowledgement: .upToFirstFailure,
                        retry: RetryPolicy(attempts: 3, initial: .seconds(1), jitter: 0))
                ) { batch in
                    guard let place = batch.firstIndex(of: 3), clock.now < .milliseconds(900) else { return .succeeded }
                    return .failed([RecordFailure(place, Bad())])
                }
                .sink(output)
        }
        _ = try test.runUntilCrash(pipeline, at: .published(CheckpointNumber(1)))
        try test.run(pipeline)
        #expect(output.records == Array(0..<6))
    }

    /// Where no checkpoint will ever come, a failure does not wait for one.
    @Test func withoutCheckpointsAFailureEndsTheRunAtOnce() throws {
        let test = PipelineTest(seed: 6)
        let pipeline = Pipeline("none") { graph in
            graph.source(ScriptedSource([Self.records(0..<9) + [.silence(.seconds(100))]]))
                .batches(of: 3, options: .init(acknowledgement: .upToFirstFailure, retry: .none)) { batch in
                    batch.firstIndex(of: 4).map { .failed([RecordFailure($0, Bad())]) } ?? .succeeded
                }
                .forEach { _ in }
        }
        #expect(throws: PipelineError.self) { try test.run(pipeline, stoppingAt: .seconds(60)) }
        #expect(test.clock.now < .seconds(1))
    }

    /// The error names the record that was given up, and the restart strategy comes to its end although checkpoints are
    /// stored in between: none of them gets past the record.
    @Test func aRecordThatAlwaysFailsEndsTheRunWithItsPlace() throws {
        let handled = Mutex(0)
        let folder = try TemporaryFolder()
        var test = PipelineTest(seed: 7, checkpoints: .init(directory: folder.path, every: .milliseconds(50)))
        test.options.restart = .fixedDelay(attempts: 2, delay: .milliseconds(10))
        let pipeline = Pipeline("always") { graph in
            graph.source(ScriptedSource([Self.records(0..<9) + [.silence(.seconds(100))] + Self.records(9..<12)]))
                .batches(
                    of: 3,
                    options: .init(
                        acknowledgement: .upToFirstFailure,
                        retry: RetryPolicy(attempts: 2, initial: .milliseconds(200), jitter: 0))
                ) { batch in
                    guard let place = batch.firstIndex(of: 4) else { return .succeeded }
                    handled.withLock { $0 += 1 }
                    return .failed([RecordFailure(place, Bad())])
                }
                .forEach { _ in }
        }
        let error = try #require(
            #expect(throws: PipelineError.self) { try test.run(pipeline, stoppingAt: .seconds(60)) })
        #expect(test.clock.now < .seconds(10))
        #expect(handled.withLock { $0 } == 6)
        guard case .gaveUp(after: 3, PipelineError.failed(let operatorID, let partition, let position, _)) = error
        else {
            Issue.record("\(error)")
            return
        }
        #expect([operatorID, partition, position] == ["batches-1", "0", "from 4"])
    }

    /// A stop does not wait for the next attempt, and makes none: the position of the record is stored.
    @Test func aStopDoesNotWaitForTheNextAttempt() throws {
        let handled = Mutex<[Int]>([])
        let output = TestOutput<Int>()
        let folder = try TemporaryFolder()
        let test = PipelineTest(seed: 8, checkpoints: .init(directory: folder.path, every: .seconds(60)))
        let pipeline = Pipeline("stop") { graph in
            graph.source(ScriptedSource([Self.records(0..<6) + [.silence(.seconds(2))]]))
                .batches(
                    of: 3,
                    options: .init(
                        acknowledgement: .upToFirstFailure,
                        retry: RetryPolicy(attempts: 3, initial: .seconds(20), maximum: .seconds(20), jitter: 0))
                ) { batch in
                    let isFirst = handled.withLock { handled in
                        defer { handled += batch }
                        return !handled.contains(4)
                    }
                    guard let place = batch.firstIndex(of: 4), isFirst else { return .succeeded }
                    return .failed([RecordFailure(place, Bad())])
                }
                .sink(output)
        }
        try test.run(pipeline, stoppingAt: .seconds(1))
        #expect(test.clock.now < .seconds(2))
        #expect(output.records == Array(0..<4))
        #expect(handled.withLock { $0 } == Array(0..<6))
        try test.run(pipeline)
        #expect(output.records == Array(0..<6))
        #expect(handled.withLock { $0 } == Array(0..<6) + [4, 5])
    }
}
