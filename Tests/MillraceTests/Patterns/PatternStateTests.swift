import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceState

/// What a pattern keeps of a key, as it is stored.
@Suite struct PatternStateTests {
    static let pattern = Pattern<Letter>("p")
        .first("a", where: { $0.letter != "B" }, times: 2...)
        .then("b", where: { $0.letter == "B" }, times: 2, within: .milliseconds(30))
        .without(where: { $0.letter == "C" })
        .next("c", where: { $0.letter == "C" })
        .within(.milliseconds(200))

    static func machine(_ pattern: Pattern<Letter>) -> PatternMachine<Letter> {
        PatternMachine(pattern, .keepAll, .dropOldest(beyond: 20))
    }

    static func state(_ random: inout TestRandom) throws -> PatternState<Letter> {
        var state = PatternState<Letter>()
        for number in 0..<Int.random(in: 0...60, using: &random) {
            let time = Int64.random(in: 0...300, using: &random)
            let letter = ["A", "B", "C"].randomElement(using: &random) ?? "A"
            state.insert(Letter(time: time, letter: letter, number: number), time)
        }
        var outcome = PatternMachine<Letter>.Outcome()
        try machine(pattern).advance(&state, to: Int64.random(in: 0...300, using: &random), into: &outcome)
        state.wakeTime = machine(pattern).nextTime(state)
        return state
    }

    /// Stored and restored between any two steps of time, it gives what it gives otherwise.
    @Test(arguments: TestSeeds.some(40))
    func whatIsStoredGoesOnAsBefore(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var state = try Self.state(&random)
        let bytes = stored(state)
        var again = try #require(try restored(bytes, as: PatternState<Letter>.self), "seed \(seed)")
        #expect(stored(again) == bytes, "seed \(seed)")
        var (left, right) = (PatternMachine<Letter>.Outcome(), PatternMachine<Letter>.Outcome())
        try Self.machine(Self.pattern).advance(&state, to: 400, into: &left)
        try Self.machine(Self.pattern).advance(&again, to: 400, into: &right)
        #expect(left.matches.map(\.partial) == right.matches.map(\.partial), "seed \(seed)")
        #expect(left.timedOut.map(\.partial) == right.timedOut.map(\.partial), "seed \(seed)")
        #expect(stored(state) == stored(again), "seed \(seed)")
    }

    /// Records that no partial match has any more are not kept.
    @Test func whatNobodyNeedsIsForgotten() throws {
        var state = PatternState<Letter>()
        let machine = Self.machine(
            Pattern<Letter>("p").first("a", where: { $0.letter == "A" }).next("b", where: { $0.letter == "B" }).then(
                "c", where: { $0.letter == "C" }))
        for (number, letter) in ("AB" + String(repeating: "Ax", count: 100)).enumerated() {
            state.insert(Letter(time: Int64(number), letter: "\(letter)", number: number), Int64(number))
            var outcome = PatternMachine<Letter>.Outcome()
            try machine.advance(&state, to: Int64(number), into: &outcome)
        }
        #expect(state.partials.count == 1 && state.taken.map(\.record.number) == [0, 1] && state.pending.isEmpty)
    }

    @Test func damagedBytesNeverTrap() throws {
        var random = TestRandom(seed: 21)
        for _ in 0..<40 {
            damage(try Self.state(&random), &random) { state in
                var state = state
                var outcome = PatternMachine<Letter>.Outcome()
                for time in [100, 250, Int64.max] {
                    state.insert(Letter(time: time, letter: "A", number: 0), time)
                    try? Self.machine(Self.pattern).advance(&state, to: time, into: &outcome)
                    _ = Self.machine(Self.pattern).nextTime(state)
                    _ = stored(state)
                }
            }
        }
    }

    /// State of a longer pattern is refused instead of misread.
    @Test func stateOfALongerPatternIsRefused() throws {
        var state = PatternState<Letter>()
        for (number, letter) in ["A", "A", "B"].enumerated() {
            state.insert(Letter(time: Int64(number), letter: letter, number: number), Int64(number))
        }
        var outcome = PatternMachine<Letter>.Outcome()
        try Self.machine(Self.pattern).advance(&state, to: 10, into: &outcome)
        let shorter = Self.machine(Pattern<Letter>("p").first("a", where: { $0.letter == "A" }))
        #expect(throws: StateDecodingError.self) { try shorter.advance(&state, to: 20, into: &outcome) }
    }
}
