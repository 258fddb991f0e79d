import Millrace
import MillraceTesting
import Testing

@testable import MillraceJobs

/// What a ledger makes of events, without any pipeline.
@Suite struct JobRecordTests {
    static func planned(_ batches: Int, attempt: Int = 1, deadline: Int64? = nil) -> JobEvent {
        .planned(
            "job", attempt: attempt,
            JobPlan(
                batches: batches, plannedAt: Timestamp(milliseconds: 0),
                deadline: deadline.map { Timestamp(milliseconds: $0) }))
    }

    static func worked(_ number: Int, attempt: Int = 1, reason: String? = nil) -> JobEvent {
        .worked(
            on: JobBatch<Int>(job: "job", attempt: attempt, number: number, items: []),
            BatchResult(number: number, entities: 0, reason: reason))
    }

    /// Whatever the order and however often events come, a job is decided once, when its last batch is known.
    @Test(arguments: TestSeeds.some(100))
    func anyOrderDecidesOnce(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 0...8, using: &random)
        var events = [Self.planned(count)] + (0..<count).map { Self.worked($0) }
        for _ in 0..<Int.random(in: 0...10, using: &random) {
            events.append(events[Int.random(in: 0..<events.count, using: &random)])
        }
        events.shuffle(using: &random)
        var record = JobRecord()
        var decided = 0
        var known: Set<Int> = []
        var isPlanned = false
        for event in events {
            let change = record.note(event)
            if event.plan != nil { isPlanned = true }
            if let batch = event.batch { known.insert(batch.number) }
            if case .decide(let cause) = change {
                decided += 1
                #expect(cause == .allBatches && isPlanned && known.count == count, "seed \(seed)")
            }
        }
        #expect(decided == 1, "seed \(seed)")
    }

    @Test func aBatchThatIsHeardOfTwiceCountsOnce() {
        var record = JobRecord()
        #expect(record.note(Self.planned(2)) == .progress)
        #expect(record.note(Self.worked(1)) == .progress)
        #expect(record.note(Self.worked(1, reason: "too late")) == .none)
        #expect(record.worked == 1)
        #expect(record.note(Self.worked(7)) == .progress)
        #expect(record.worked == 1, "the plan has no batch 7")
        #expect(record.note(Self.worked(0)) == .decide(.allBatches))
        #expect(record.candidate(of: "job", .allBatches).failedBatches == [])
    }

    @Test func theDeadlineDecidesWhatIsNotDecided() {
        var record = JobRecord()
        _ = record.note(Self.planned(2, deadline: 100))
        _ = record.note(Self.worked(0))
        #expect(record.noteDeadline(Timestamp(milliseconds: 99)) == .none)
        #expect(record.noteDeadline(Timestamp(milliseconds: 100)) == .decide(.deadline))
        #expect(record.noteDeadline(Timestamp(milliseconds: 101)) == .none)
        #expect(record.note(Self.worked(1)) == .none)
        let verdict = record.candidate(of: "job", .deadline).verdict(
            MissingEntities(["a", "b"]), at: Timestamp(milliseconds: 101))
        #expect(verdict.outcome == .failed)
        #expect(verdict.summary == "job job: failed; the deadline passed with 1 of 2 batches done; 2 missing: a, b")
    }

    @Test func anotherAttemptStartsAnew() {
        var record = JobRecord()
        _ = record.note(Self.planned(1))
        #expect(record.note(Self.worked(0, reason: "poison")) == .decide(.allBatches))
        // What its batches do may be heard before its plan.
        #expect(record.note(Self.worked(1, attempt: 2)) == .progress)
        #expect(record.note(Self.worked(0)) == .none)
        #expect(record.note(Self.planned(2, attempt: 2)) == .progress)
        #expect(record.note(Self.worked(0, attempt: 2)) == .decide(.allBatches))
        let verdict = record.candidate(of: "job", .allBatches).verdict(.none, at: Timestamp(milliseconds: 5))
        #expect(verdict.outcome == .completed)
        #expect(verdict.summary == "job job (attempt 2): completed")
    }

    @Test func aVerdictNamesWhatFailed() {
        var record = JobRecord()
        _ = record.note(Self.planned(2))
        _ = record.note(Self.worked(0, reason: "poison"))
        _ = record.note(
            .worked(
                on: JobBatch<Int>(job: "job", number: 1, items: []),
                BatchResult(number: 1, entities: 1, failures: [EntityFailure("x", "no name")])))
        let verdict = record.candidate(of: "job", .allBatches).verdict(.none, at: Timestamp(milliseconds: 5))
        #expect(verdict.outcome == .failed)
        #expect(verdict.summary == "job job: failed; batch 0 failed: poison; x failed: no name")
    }

    @Test func theDatabaseDecidesWhenNothingIsOutstanding() {
        func decide(
            _ required: Int?, missing: [String], failures: [EntityFailure] = [], now: Int64 = 0, deadline: Int64? = 100
        ) -> JobVerdict? {
            JobPoll.decide(
                .init(required: required, missing: MissingEntities(missing), failures: failures), job: "job",
                now: Timestamp(milliseconds: now), deadline: deadline.map { Timestamp(milliseconds: $0) })
        }
        #expect(decide(nil, missing: []) == nil, "not planned yet")
        #expect(decide(3, missing: ["a"]) == nil)
        #expect(decide(3, missing: [])?.outcome == .completed)
        #expect(decide(3, missing: [], failures: [EntityFailure("a", "bad")])?.outcome == .failed)
        #expect(decide(3, missing: ["a"], now: 100)?.outcome == .failed)
        #expect(decide(3, missing: ["a"], now: 100)?.cause == .deadline)
        #expect(decide(3, missing: [], now: 200)?.outcome == .completed)
        #expect(decide(nil, missing: [], now: 100)?.outcome == .failed)
        #expect(decide(3, missing: ["a"], now: 1_000_000, deadline: nil) == nil)
    }
}
