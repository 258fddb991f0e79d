import Millrace
import MillraceTesting
import Testing

/// Patterns on a line of letters, one key, a letter each 10 ms; a space is 10 ms without one.
@Suite struct PatternTests {
    struct Result {
        var matches: [String]
        var timedOut: [String]
        var late: [String]
        var status: PipelineStatus
    }

    func run(
        _ line: String, arrival: [Int]? = nil, after: AfterMatch = .skipPastLast,
        limit: PartialMatchLimit = .dropOldest(beyond: 100), _ pattern: Pattern<Letter>
    ) throws -> Result {
        var letters: [Letter] = []
        for (place, letter) in line.enumerated() where letter != " " {
            letters.append(Letter(time: Int64(place) * 10, letter: "\(letter)", number: letters.count + 1))
        }
        let steps = (arrival ?? Array(letters.indices)).flatMap { index in
            [ScriptedSource<Letter>.Step.record(letters[index]), .silence(.milliseconds(20))]
        }
        let (output, timedOutOutput) = (
            TestOutput<PatternMatch<Int, Letter>>(), TestOutput<PatternMatch<Int, Letter>>()
        )
        let lateOutput = TestOutput<Letter>()
        let pipeline = Pipeline("pattern") { graph in
            let late = graph.sideOutput("late", of: Letter.self)
            let timedOut = graph.sideOutput("timed-out", of: PatternMatch<Int, Letter>.self)
            graph.source(
                ScriptedSource([steps]), eventTime: { Timestamp(milliseconds: $0.time) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .matching(pattern, after: after, limit: limit, late: late, timedOut: timedOut).sink(output)
            late.stream.sink(lateOutput)
            timedOut.stream.sink(timedOutOutput)
        }
        let status = try PipelineTest(seed: 1).run(pipeline)
        func text(_ match: PatternMatch<Int, Letter>) -> String {
            match.steps.map { step in step.records.map { "\($0.letter)\($0.number)" }.joined() }.joined(separator: "|")
        }
        return Result(
            matches: output.records.map(text), timedOut: timedOutOutput.records.map(text),
            late: lateOutput.records.map(\.letter), status: status)
    }

    static func isLetter(_ letter: String) -> @Sendable (Letter) -> Bool { { $0.letter == letter } }
    static let twoOrMore = Pattern<Letter>("p").first("a", where: isLetter("A"), times: 2...).then(
        "b", where: isLetter("B"))

    @Test func theExampleOfTheDocumentation() throws {
        try #expect(run("AxABAB", Self.twoOrMore).matches == ["A1A3|B4"])
        try #expect(run("AxABAB", after: .keepAll, Self.twoOrMore).matches == ["A1A3|B4", "A3A5|B6"])
        try #expect(run("AxABAAB", Self.twoOrMore).matches == ["A1A3|B4", "A5A6|B7"])
    }

    @Test func timesAreExactOrARange() throws {
        let two = Pattern<Letter>("p").first("a", where: Self.isLetter("A"), times: 2).then(
            "b", where: Self.isLetter("B"))
        try #expect(run("AAAB", after: .keepAll, two).matches == ["A1A2|B4", "A2A3|B4"])
        let twoOrThree = Pattern<Letter>("p").first("a", where: Self.isLetter("A"), times: 2...3).then(
            "b", where: Self.isLetter("B"))
        try #expect(run("AAAAB", twoOrThree).matches == ["A1A2A3|B5"])
        // The last step ends with the fewest.
        let last = Pattern<Letter>("p").first("b", where: Self.isLetter("B")).then(
            "a", where: Self.isLetter("A"), times: 2...)
        try #expect(run("BAAA", last).matches == ["B1|A2A3"])
        let alone = Pattern<Letter>("p").first("a", where: Self.isLetter("A"))
        try #expect(run("AABA", alone).matches == ["A1", "A2", "A4"])
    }

    @Test func nextIsDirectlyTheNext() throws {
        let direct = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).next("b", where: Self.isLetter("B"))
        try #expect(run("AxBAB", direct).matches == ["A4|B5"])
        try #expect(run("A   B", direct).matches == ["A1|B2"])
        let row = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).next(
            "b", where: Self.isLetter("B"), times: 2)
        try #expect(run("ABxBABB", row).matches == ["A5|B6B7"])
        // A repeated step before may take more records, and the next follow the last of them.
        let after = Pattern<Letter>("p").first("a", where: Self.isLetter("A"), times: 1...).next(
            "b", where: Self.isLetter("B"))
        try #expect(run("AAxAB", after).matches == ["A1A2A4|B5"])
    }

    @Test func withoutIsBetweenTwoSteps() throws {
        let pattern = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).then(
            "b", where: Self.isLetter("B")
        ).without(where: Self.isLetter("X"))
        try #expect(run("AXBAyBX", pattern).matches == ["A4|B6"])
        let repeated = Pattern<Letter>("p").first("a", where: Self.isLetter("A"), times: 2...).then(
            "b", where: Self.isLetter("B")
        ).without(where: Self.isLetter("X"))
        try #expect(run("AXAB", repeated).matches == ["A1A3|B4"])
        try #expect(run("AAXB", repeated).matches == [])
        try #expect(run("AAXAB", repeated).matches == ["A1A2A4|B5"])
    }

    ///     time      0   10   20   30   40          a limit of exactly the distance is kept
    @Test func limitsAreInEventTime() throws {
        let step = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).then(
            "b", where: Self.isLetter("B"), within: .milliseconds(20))
        let kept = try run("A B", step)
        #expect(kept.matches == ["A1|B2"] && kept.timedOut == [])
        let missed = try run("A  B", step)
        #expect(missed.matches == [] && missed.timedOut == ["A1"])
        let whole = Self.twoOrMore.within(.milliseconds(30))
        let some = try run("A A AB", whole)
        #expect(some.matches == ["A2A3|B4"] && some.timedOut == ["A1A2"])
        // At the end of input, what has a limit times out, and what has none is forgotten.
        try #expect(run("A", whole).timedOut == ["A1"])
        try #expect(run("A", Self.twoOrMore).timedOut == [])
    }

    ///     arrival   B(10)  A(0): late, the watermark is 9
    @Test func whatComesBehindTheWatermarkIsLate() throws {
        let pattern = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).then(
            "b", where: Self.isLetter("B"))
        let result = try run("ABAB", arrival: [1, 0, 2, 3], pattern)
        #expect(result.late == ["A"] && result.status.late == 1)
        #expect(result.matches == ["A3|B4"])
    }

    @Test func partialMatchesAreBounded() throws {
        let pattern = Pattern<Letter>("p").first("a", where: Self.isLetter("A")).then(
            "b", where: Self.isLetter("B"))
        let result = try run("AAAAB", after: .keepAll, limit: .dropOldest(beyond: 2), pattern)
        #expect(result.matches == ["A3|B5", "A4|B5"])
        #expect(result.status.skipped == 2)
        #expect(throws: (any Error).self) { try run("AAAAB", limit: .fail(beyond: 2), pattern) }
    }

    /// As it is written in programs: nothing says what the records are but the stream.
    @Test func aPatternIsOfTheStreamsRecords() throws {
        let output = TestOutput<String>()
        let letters = "AABAAAC".enumerated().map { Letter(time: Int64($0), letter: "\($1)", number: $0) }
        let pipeline = Pipeline("pattern") { graph in
            graph.source(
                .memory([letters]), eventTime: { Timestamp(milliseconds: $0.time) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .matching(
                Pattern("many")
                    .first("a", where: { $0.letter == "A" }, times: 3...)
                    .then("c", where: { $0.letter == "C" }, within: .minutes(5))
                    .without(where: { $0.letter == "B" })
                    .within(.minutes(10))
            )
            .map { "\($0.pattern) of \($0.key): \($0["a"].count), \($0["c"].count), \($0["d"].count)" }
            .sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records == ["many of 0: 5, 1, 0"])
    }
}
