import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceTime

@Suite struct WatermarkTests {
    func at(_ milliseconds: Int64, idle: Bool = false) -> Watermark {
        Watermark(time: Timestamp(milliseconds: milliseconds), isIdle: idle)
    }

    /// greatest - bound - 1: a record exactly `bound` behind is still on time.
    @Test func theTrackerFollowsTheGreatestTime() {
        var tracker = WatermarkTracker(.boundedOutOfOrder(by: .milliseconds(5)), now: .zero)
        #expect(tracker.advance(active: false, now: .zero) == .start)
        tracker.observe(Timestamp(milliseconds: 100))
        tracker.observe(Timestamp(milliseconds: 90))
        #expect(tracker.advance(active: true, now: .zero) == at(94))
    }

    @Test func aRestoredPromiseIsKept() {
        var tracker = WatermarkTracker(.monotonic(), restored: Timestamp(milliseconds: 500), now: .zero)
        tracker.observe(Timestamp(milliseconds: 100))
        #expect(tracker.advance(active: true, now: .zero) == at(500))
        tracker.observe(Timestamp(milliseconds: 600))
        #expect(tracker.advance(active: true, now: .zero) == at(599))
    }

    @Test func extremeTimesDoNotOverflow() {
        for time in [Int64.min + 1, .max - 1, .max] {
            var tracker = WatermarkTracker(.boundedOutOfOrder(by: .days(400)), now: .zero)
            tracker.observe(Timestamp(milliseconds: time))
            #expect(!tracker.advance(active: true, now: .zero).isEnd)
        }
    }

    ///     active . . . . | 50 ms of silence -> idle | a record -> active again
    @Test func silenceMakesAPartitionIdle() {
        var tracker = WatermarkTracker(.monotonic(idleTimeout: .milliseconds(50)), now: .zero)
        tracker.observe(Timestamp(milliseconds: 10))
        #expect(tracker.advance(active: true, now: .milliseconds(1)) == at(9))
        #expect(tracker.advance(active: false, now: .milliseconds(50)) == at(9))
        #expect(tracker.advance(active: false, now: .milliseconds(51)) == at(9, idle: true))
        #expect(tracker.idleDeadline == nil)
        tracker.observe(Timestamp(milliseconds: 11))
        #expect(tracker.advance(active: true, now: .milliseconds(60)) == at(10))
    }

    ///     input 0   5 ......... idle .......... 6 (old) ....... 30
    ///     input 1   3 .. 10 ........ 20 .......................
    ///     merged    3    5      10   20         20 (not back)   20
    @Test func anIdleInputStepsAsideAndNeverPullsBack() {
        var merger = WatermarkMerger(inputs: 2)
        #expect(merger.update(at(5), of: 0) == nil)
        #expect(merger.update(at(3), of: 1) == at(3))
        #expect(merger.update(at(10), of: 1) == at(5))
        #expect(merger.update(at(5, idle: true), of: 0) == at(10))
        #expect(merger.update(at(20), of: 1) == at(20))
        #expect(merger.update(at(6), of: 0) == nil)
        #expect(merger.update(at(30), of: 0) == nil)
        #expect(merger.update(at(25), of: 1) == at(25))
    }

    @Test func whenAllAreIdleTheGreatestCounts() {
        var merger = WatermarkMerger(inputs: 2)
        _ = merger.update(at(5), of: 0)
        _ = merger.update(at(9), of: 1)
        #expect(merger.update(at(9, idle: true), of: 1) == nil)
        #expect(merger.update(at(5, idle: true), of: 0) == at(9, idle: true))
    }

    @Test func anEndedInputHoldsNobodyBack() {
        var merger = WatermarkMerger(inputs: 2)
        _ = merger.update(at(5), of: 0)
        #expect(merger.update(.end, of: 1) == at(5))
        #expect(merger.update(.end, of: 0) == .end)
    }

    /// Whatever comes, in whatever order: never back, and never beyond an active input.
    @Test(arguments: TestSeeds.some(20))
    func theMergerKeepsItsPromise(seed: UInt64) {
        var random = SeededRandom(seed: UInt64(seed))
        let count = Int.random(in: 1...5, using: &random)
        var merger = WatermarkMerger(inputs: count)
        var inputs = Array(repeating: Watermark.start, count: count)
        var last = Timestamp.distantPast
        for _ in 0..<300 {
            let index = Int.random(in: 0..<count, using: &random)
            let next = at(Int64.random(in: 0...1000, using: &random), idle: Int.random(in: 0..<4, using: &random) == 0)
            inputs[index] = Watermark(time: max(inputs[index].time, next.time), isIdle: next.isIdle)
            _ = merger.update(next, of: index)
            #expect(merger.current.time >= last, "seed \(seed)")
            let active = inputs.filter { !$0.isIdle }.map(\.time).min()
            if let active { #expect(merger.current.time <= max(active, last), "seed \(seed)") }
            last = merger.current.time
        }
    }
}
