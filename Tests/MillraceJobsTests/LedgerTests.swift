import Millrace
import MillraceTesting
import Synchronization
import Testing

@testable import MillraceJobs

/// The ledger in a pipeline: verdicts once, at once, whatever crashes.
@Suite struct LedgerTests {
    typealias Step = ScriptedSource<JobEvent>.Step

    static func event(_ job: String, planned batches: Int, attempt: Int = 1, deadline: Int64? = nil) -> Step {
        .record(
            .planned(
                job, attempt: attempt,
                JobPlan(
                    batches: batches, plannedAt: Timestamp(milliseconds: 0),
                    deadline: deadline.map { Timestamp(milliseconds: $0) })))
    }

    static func event(_ job: String, batch number: Int, attempt: Int = 1, reason: String? = nil) -> Step {
        .record(
            .worked(
                on: JobBatch<Int>(job: job, attempt: attempt, number: number, items: []),
                BatchResult(number: number, entities: 1, reason: reason)))
    }

    static func pipeline(
        _ scripts: [[Step]], verdicts: TestOutput<JobVerdict>, statuses: TestOutput<JobStatus> = TestOutput(),
        missing: @escaping @Sendable (JobCandidate) async throws -> MissingEntities = { _ in .none }
    ) -> Pipeline {
        Pipeline("ledger") { graph in
            let ledger = graph.source(ScriptedSource(scripts)).ledger(missing: missing)
            ledger.verdicts.sink(verdicts, name: "verdicts")
            ledger.statuses.sink(statuses, name: "statuses")
        }
    }

    @Test(arguments: TestSeeds.some(12))
    func aCrashDelaysAVerdictAndDoublesNone(seed: UInt64) throws {
        let points: [@Sendable (CheckpointNumber) -> CrashPoint] = [
            { .aligned($0) }, { .encoded($0) }, { .insideCommit($0) }, { .committed($0) }, { .published($0) },
        ]
        var random = SeededRandom(seed: seed)
        var steps: [Step] = []
        for job in 0..<6 {
            var own = [Self.event("job \(job)", planned: 5)]
            for batch in 0..<5 {
                let reason = job == 3 && batch == 2 ? "poison" : nil
                // Some are reported twice, as workers do after a crash.
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    own.append(Self.event("job \(job)", batch: batch, reason: reason))
                }
            }
            own.shuffle(using: &random)
            steps += own
        }
        var scripts: [[Step]] = [[], []]
        for step in steps {
            let half = Int.random(in: 0...1, using: &random)
            scripts[half].append(step)
            if Int.random(in: 0..<4, using: &random) == 0 {
                scripts[half].append(.silence(.milliseconds(Int.random(in: 1...9, using: &random))))
            }
        }
        let folder = try TemporaryFolder()
        let verdicts = TestOutput<JobVerdict>()
        var test = PipelineTest(seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(6)))
        let pipeline = Self.pipeline(scripts, verdicts: verdicts)
        for checkpoint in 1...4 {
            test.seed = random.next()
            let point = points[Int.random(in: 0..<points.count, using: &random)]
            if try !test.runUntilCrash(
                pipeline, parallelism: Int.random(in: 1...3, using: &random),
                at: point(CheckpointNumber(UInt64(checkpoint))))
            {
                break
            }
        }
        try test.run(pipeline, parallelism: 2)
        let words = verdicts.records.map { "\($0.job) \($0.outcome.rawValue)" }.sorted()
        #expect(words == (0..<6).map { "job \($0) \($0 == 3 ? "failed" : "completed")" }, "seed \(seed)")
        #expect(verdicts.records.first { $0.job == "job 3" }?.failedBatches.map(\.number) == [2])
    }

    @Test func theDeadlineComesByTheClock() throws {
        let (verdicts, statuses) = (TestOutput<JobVerdict>(), TestOutput<JobStatus>())
        let test = PipelineTest(seed: 1)
        let clock = test.clock
        let asked = Mutex<[Duration]>([])
        let pipeline = Self.pipeline(
            [
                [
                    Self.event("late", planned: 3, deadline: 5_000), Self.event("late", batch: 0),
                    Self.event("late", batch: 1),
                    .silence(.seconds(60)), Self.event("late", batch: 2),
                ]
            ], verdicts: verdicts, statuses: statuses
        ) { _ in
            asked.withLock { $0.append(clock.now) }
            return MissingEntities(["third"])
        }
        try test.run(pipeline)
        #expect(verdicts.records.map(\.cause) == [.deadline])
        #expect(verdicts.records.map(\.missing) == [["third"]])
        let times = asked.withLock { $0 }
        #expect(times.count == 1 && times[0] >= .seconds(5) && times[0] < .milliseconds(5050), "\(times)")
        #expect(statuses.records.map(\.phase) == [.running, .running, .running, .failed])
        #expect(statuses.records.map(\.done) == [0, 1, 2, 2])
    }

    @Test func aDatabaseThatFailsIsAskedAgain() throws {
        struct Away: Error {}
        let verdicts = TestOutput<JobVerdict>()
        let asked = Mutex(0)
        let pipeline = Self.pipeline(
            [[Self.event("job", planned: 1), Self.event("job", batch: 0)]], verdicts: verdicts
        ) { _ in
            let count = asked.withLock {
                $0 += 1
                return $0
            }
            if count < 4 { throw Away() }
            return .none
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(verdicts.records.map(\.outcome) == [.completed])
        #expect(asked.withLock { $0 } == 4)
    }

    @Test func workersReportWhatBecameOfTheirBatches() async throws {
        struct Bad: NotRetriable, CustomStringConvertible { var description: String { "bad" } }
        struct Flaky: Error {}
        let events = TestOutput<JobEvent>()
        let tries = Mutex<[Int: Int]>([:])
        let batches = JobBatch.batches(of: Array(0..<10), size: 3, job: "job")
        #expect(batches.map(\.items) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]])
        let pipeline = Pipeline("worker") { graph in
            graph.source(ScriptedSource([batches.map { .record($0) }]))
                .work(concurrency: 2, retry: RetryPolicy(attempts: 3, initial: .milliseconds(1)), as: "me") { batch in
                    let count = tries.withLock {
                        $0[batch.number, default: 0] += 1
                        return $0[batch.number, default: 0]
                    }
                    switch batch.number {
                    case 0: return []
                    case 1: throw Bad()
                    case 2: if count < 3 { throw Flaky() } else { return [EntityFailure("7", "odd")] }
                    default: throw Flaky()
                    }
                }
                .sink(events)
        }
        var options = RunOptions()
        options.logger.logLevel = .critical
        try await pipeline.run(options)
        #expect(events.records.compactMap(\.batch?.reason) == ["bad", "Flaky()"])
        #expect(events.records.compactMap(\.batch?.entities) == [3, 0, 2, 0])
        #expect(events.records[2].batch?.failures == [EntityFailure("7", "odd")])
        #expect(events.records.allSatisfy { $0.batch?.worker == "me" })
        #expect(tries.withLock { $0 } == [0: 1, 1: 1, 2: 3, 3: 3])
    }
}
