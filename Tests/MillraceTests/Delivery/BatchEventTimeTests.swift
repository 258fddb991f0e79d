import Millrace
import MillraceTesting
import Synchronization
import Testing

/// Time in pipelines with batches: by the clock, and in the events.
@Suite struct BatchEventTimeTests {
    struct Event: Sendable {
        let time: Timestamp
        init(_ milliseconds: Int) { time = Timestamp(milliseconds: Int64(milliseconds)) }
    }

    /// A source that always has something to read does not keep a batch open for ever.
    @Test func aBatchIsClosedByItsTimeWhileOtherRecordsAreRead() throws {
        let batches = Mutex<[String]>([])
        let test = PipelineTest(seed: 1)
        let clock = test.clock
        let pipeline = Pipeline("busy") { graph in
            graph.source(ScriptedSource([(0..<5000).map { .record($0) }]))
                .filter { number in
                    clock.advance(to: clock.now + .milliseconds(1))
                    return number == 0
                }
                .batches(of: 100, within: .milliseconds(50)) { batch in
                    batches.withLock { $0.append("\(batch.records) by \(batch.cause)") }
                    return .succeeded
                }
                .forEach { _ in }
        }
        try test.run(pipeline)
        #expect(batches.withLock { $0 } == ["[0] by time"])
    }

    /// A partition falls silent with a record in an open batch: it is not idle before that is passed on.
    @Test func aPartitionWithARecordInHandIsNotIdle() throws {
        let test = PipelineTest(seed: 2)
        let steady: [ScriptedSource<Event>.Step] = (0..<40).flatMap {
            [.record(Event($0 * 100)), .silence(.milliseconds(100))]
        }
        let pipeline = Pipeline("idle") { graph in
            graph.source(
                ScriptedSource([[.record(Event(1000)), .silence(.seconds(20))], steady]), eventTime: \.time,
                watermarks: .monotonic(idleTimeout: .milliseconds(200))
            )
            .batches(of: 5, within: .seconds(3)) { _ in .succeeded }
            .keyed { _ in 0 }
            .window(.tumbling(of: .milliseconds(100))).fold(into: 0) { count, _ in count += 1 }
            .forEach { _ in }
        }
        #expect(try test.run(pipeline).late == 0)
    }

    /// The end of input is not told behind a task before its last batch is passed on.
    @Test(arguments: TestSeeds.some(4))
    func theEndComesAfterTheLastBatch(seed: UInt64) throws {
        let output = TestOutput<WindowResult<Int, Int>>()
        let test = PipelineTest(seed: seed)
        let clock = test.clock
        let pipeline = Pipeline("end") { graph in
            graph.source(
                ScriptedSource([(0..<40).map { .record(Event($0 * 10)) }]), eventTime: \.time,
                watermarks: .monotonic()
            )
            .keyed { Int($0.time.milliseconds) % 30 }
            .batches(of: 7, within: .seconds(10), concurrency: 2) { _ in
                try await clock.sleep(until: clock.now + .milliseconds(50))
                return .succeeded
            }
            .keyed { _ in 0 }
            .window(.tumbling(of: .milliseconds(100))).fold(into: 0) { count, _ in count += 1 }
            .sink(output)
        }
        #expect(try test.run(pipeline, parallelism: 2).late == 0, "seed \(seed)")
        #expect(output.records.map(\.value) == [10, 10, 10, 10], "seed \(seed)")
    }

    /// A pause before the next attempt takes up none of the rate.
    @Test func aPauseDoesNotHoldUpTheRateOfOthers() throws {
        struct Away: Error {}
        let last = Mutex(Duration.zero)
        let test = PipelineTest(seed: 3)
        let clock = test.clock
        let pipeline = Pipeline("rate") { graph in
            graph.source(ScriptedSource([[.record(0)], (1..<50).map { .record($0) }]))
                .batches(
                    of: 1,
                    options: .init(
                        retry: RetryPolicy(attempts: 2, initial: .seconds(10), jitter: 0), recordsPerSecond: 100)
                ) { batch in
                    if batch[0] == 0, batch.attempt == 1 { throw Away() }
                    if batch[0] > 0 { last.withLock { $0 = max($0, clock.now) } }
                    return .succeeded
                }
                .forEach { _ in }
        }
        try test.run(pipeline)
        #expect(last.withLock { $0 } < .seconds(1))
        #expect(clock.now >= .seconds(10))
    }
}
