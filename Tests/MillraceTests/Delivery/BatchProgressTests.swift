import MillraceTesting
import Testing

@testable import Millrace

/// What is done about a batch after each outcome, without any pipeline.
@Suite struct BatchProgressTests {
    struct Bad: Error {}
    struct Hopeless: NotRetriable {}

    /// Hands records to a handler until the batch is over; what was handed over each time.
    static func play(
        _ count: Int, _ mode: Acknowledgement, attempts: Int, isolates: Bool = true,
        _ handle: (_ indices: [Int]) throws -> [RecordFailure]
    ) -> (progress: BatchProgress, handed: [[Int]], pauses: [Duration]) {
        let policy = RetryPolicy(attempts: attempts, jitter: 0, isolates: isolates)
        var progress = BatchProgress(count: count, mode, policy, endsRun: false)
        var handed: [[Int]] = []
        var pauses: [Duration] = []
        while true {
            handed.append(progress.inHand)
            _ = progress.handOver()
            let result = Result { BatchOutcome.failed(try handle(progress.inHand)) }
            switch progress.note(result, random: 0.5) {
            case .over: return (progress, handed, pauses)
            case .next: break
            case .again(let pause): pauses.append(pause)
            }
        }
    }

    static func fates(_ progress: BatchProgress) -> String {
        progress.fates.map {
            switch $0 {
            case .open: "?"
            case .succeeded: "+"
            case .givenUp: "-"
            }
        }.joined()
    }

    /// Says of the bad ones in hand that they failed.
    static func failing(_ bad: Set<Int>) -> ([Int]) -> [RecordFailure] {
        { indices in
            indices.enumerated().filter { bad.contains($0.element) }.map { RecordFailure($0.offset, Bad()) }
        }
    }

    @Test func allOrNothingHandsAllOverAgain() {
        let played = Self.play(4, .allOrNothing, attempts: 3, Self.failing([2]))
        #expect(played.handed == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]])
        #expect(Self.fates(played.progress) == "----")
        #expect(played.pauses == [.milliseconds(100), .milliseconds(200)])
    }

    @Test func bestEffortHandsOverOnlyWhatFailed() {
        let played = Self.play(5, .perRecord, attempts: 3, Self.failing([1, 3]))
        #expect(played.handed == [[0, 1, 2, 3, 4], [1, 3], [1, 3]])
        #expect(Self.fates(played.progress) == "+-+-+")
    }

    @Test func lastSuccessfulGoesOnFromTheFirstFailure() {
        let played = Self.play(5, .upToFirstFailure, attempts: 2, Self.failing([1, 3]))
        #expect(played.handed == [[0, 1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4], [3, 4], [4]])
        #expect(Self.fates(played.progress) == "+-+-+")
        #expect(played.progress.attempts == [1, 2, 3, 4, 5])
    }

    @Test func whatFailsAsAWholeIsHalvedUntilTheBadOnesStandAlone() {
        for mode in [Acknowledgement.perRecord, .upToFirstFailure] {
            let played = Self.play(8, mode, attempts: 2) { indices in
                if indices.contains(5) { throw Bad() }
                return []
            }
            #expect(Self.fates(played.progress) == "+++++-++", "\(mode)")
            #expect(
                played.handed == [
                    Array(0..<8), Array(0..<8), [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7],
                ])
        }
        let whole = Self.play(4, .perRecord, attempts: 2, isolates: false) { _ in throw Bad() }
        #expect(Self.fates(whole.progress) == "----")
        #expect(whole.handed.count == 2)
    }

    @Test func whatIsHopelessIsNotTriedAgain() {
        let hopeless: ([Int]) -> [RecordFailure] = { indices in
            indices.firstIndex(of: 1).map { [RecordFailure($0, Hopeless())] } ?? []
        }
        #expect(Self.play(3, .perRecord, attempts: 9, hopeless).handed == [[0, 1, 2]])
        #expect(Self.play(3, .upToFirstFailure, attempts: 9, hopeless).handed == [[0, 1, 2], [2]])
        #expect(Self.play(3, .allOrNothing, attempts: 9, hopeless).handed == [[0, 1, 2]])
    }

    @Test func aRecordThatTheBatchDoesNotHaveFailsIt() {
        let played = Self.play(2, .perRecord, attempts: 9, isolates: false) { _ in [RecordFailure(7, Bad())] }
        #expect(Self.fates(played.progress) == "--")
        guard case .givenUp(let error) = played.progress.fates[0] else {
            Issue.record("record 0 was not given up")
            return
        }
        #expect("\(error)" == "the handler says that record 7 failed, of a batch of 2 (0..<2)")
    }

    /// Random failures: every record gets a fate, no more attempts than allowed, and the modes keep what they promise.
    @Test(arguments: TestSeeds.some(40))
    func anyFailuresEndInAFate(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for mode in Acknowledgement.allCases {
            for _ in 0..<20 {
                let count = Int.random(in: 1...12, using: &random)
                let attempts = Int.random(in: 1...4, using: &random)
                var failuresOf = (0..<count).map { _ in
                    Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 1...6, using: &random) : 0
                }
                var done: [Int] = []
                let played = Self.play(count, mode, attempts: attempts) { indices in
                    #expect(indices == indices.sorted(), "seed \(seed)")
                    if Int.random(in: 0..<6, using: &random) == 0 { throw Bad() }
                    var failures: [RecordFailure] = []
                    for (place, index) in indices.enumerated() {
                        if failuresOf[index] > 0 {
                            failuresOf[index] -= 1
                            failures.append(RecordFailure(place, Bad()))
                        } else if mode != .upToFirstFailure || failures.isEmpty {
                            done.append(index)
                        }
                    }
                    return failures
                }
                let fates = Self.fates(played.progress)
                #expect(!fates.contains("?"), "seed \(seed), \(mode)")
                #expect(played.progress.isOver)
                if mode == .allOrNothing {
                    #expect(Set(fates).count == 1, "seed \(seed)")
                    #expect(played.handed.count <= attempts)
                } else {
                    // Nothing succeeds twice: what is done is not handed over again.
                    #expect(Set(done).count == done.count, "seed \(seed), \(mode)")
                    #expect(done.sorted() == (0..<count).filter { Array(fates)[$0] == "+" }, "seed \(seed), \(mode)")
                }
                if mode == .upToFirstFailure { #expect(done == done.sorted(), "seed \(seed)") }
            }
        }
    }

    @Test func pausesDoubleUpToTheirBoundLessTheirJitter() {
        let policy = RetryPolicy(attempts: 9, initial: .milliseconds(100), maximum: .seconds(1), jitter: 0.5)
        #expect(
            (1...6).map { policy.pause(after: $0, random: 0) }.map(\.wholeMilliseconds) == [
                100, 200, 400, 800, 1000, 1000,
            ])
        #expect(policy.pause(after: 1, random: 1) == .milliseconds(50))
        #expect(policy.pause(after: 60, random: 0) == .seconds(1))
    }

    @Test func theLimitFindsWhatAServiceBears() {
        // A service that answers up to 8 calls at once in 10 ms, and more in proportion.
        var limit = AdaptiveLimit(1...64)
        for _ in 0..<2000 {
            let concurrency = limit.allowed
            limit.note(.milliseconds(10) * max(1, Double(concurrency) / 8), failed: false, underWay: concurrency)
        }
        #expect((8...20).contains(limit.allowed), "\(limit.allowed)")
        // It fails: down to the least.
        for _ in 0..<500 { limit.note(.milliseconds(10), failed: true, underWay: limit.allowed) }
        #expect(limit.allowed == 1)
        // Not used up: no growth.
        for _ in 0..<500 { limit.note(.milliseconds(10), failed: false, underWay: 0) }
        #expect(limit.allowed == 1)
    }

    @Test func theRateIsKeptOverAllTasks() {
        let limiter = RateLimiter(recordsPerSecond: 100)
        #expect(limiter.reserve(50, now: .seconds(1)) == .seconds(1))
        #expect(limiter.reserve(10, now: .seconds(1)) == .milliseconds(1500))
        #expect(limiter.reserve(1, now: .seconds(1)) == .milliseconds(1600))
        // Time that nobody used is not saved up.
        #expect(limiter.reserve(1, now: .seconds(9)) == .seconds(9))
    }
}
