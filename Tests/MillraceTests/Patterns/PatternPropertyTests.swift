import Millrace
import MillraceTesting
import Testing

/// Random patterns on random letters against the reference: keys, disorder, partitions, silences, parallelism 1 to 4, a
/// crash and a restart at another parallelism in between.
@Suite struct PatternPropertyTests {
    static func letters(_ random: inout TestRandom) -> Set<String> {
        let all = ["A", "B", "C", "D"]
        return Set(all.shuffled(using: &random).prefix([1, 1, 1, 2, 2, 4].randomElement(using: &random) ?? 1))
    }

    static func pattern(_ random: inout TestRandom, pace: Int64) -> PatternReference {
        func limit(_ random: inout TestRandom, _ longest: Int64) -> Int64? {
            Bool.random(using: &random) ? nil : Int64.random(in: 0...longest, using: &random)
        }
        let steps = (0..<Int.random(in: 1...4, using: &random)).map { number in
            var step = PatternReference.Step(letters: letters(&random))
            step.least = [1, 1, 1, 2, 3].randomElement(using: &random) ?? 1
            step.most = [step.least, step.least, step.least + 2, .max].randomElement(using: &random) ?? 1
            guard number > 0 else { return step }
            step.isStrict = Int.random(in: 0..<3, using: &random) == 0
            step.limit = limit(&random, 8 * pace)
            if Int.random(in: 0..<3, using: &random) == 0 { step.forbidden = letters(&random) }
            return step
        }
        return PatternReference(steps: steps, limit: limit(&random, 30 * pace))
    }

    static func declare(_ reference: PatternReference) -> Pattern<Letter> {
        var pattern = Pattern<Letter>("random")
        for (number, step) in reference.steps.enumerated() {
            let isOne: @Sendable (Letter) -> Bool = { step.letters.contains($0.letter) }
            let times = step.least...step.most
            if number == 0 {
                pattern = pattern.first("0", where: isOne, times: times)
            } else if step.isStrict {
                pattern = pattern.next(
                    "\(number)", where: isOne, times: times, within: step.limit.map { .milliseconds($0) })
            } else {
                pattern = pattern.then(
                    "\(number)", where: isOne, times: times, within: step.limit.map { .milliseconds($0) })
            }
            if !step.forbidden.isEmpty { pattern = pattern.without { step.forbidden.contains($0.letter) } }
        }
        return reference.limit.map { pattern.within(.milliseconds($0)) } ?? pattern
    }

    /// Partitions whose records lie out of order by at most `bound`. Equal times are only within a partition, whose order
    /// is kept.
    static func records(_ random: inout TestRandom, pace: Int64, bound: Int64) -> [[Letter]] {
        let partitions = Int.random(in: 1...3, using: &random)
        let keys = Int.random(in: 1...4, using: &random)
        var number = 0
        return (0..<partitions).map { partition in
            var now: Int64 = 0
            var greatest: Int64 = -1 << 40
            return (0..<Int.random(in: 0...100, using: &random)).map { _ in
                now += Int64.random(in: 0...pace, using: &random)
                let time = max(now - Int64.random(in: 0...bound, using: &random), greatest - bound)
                greatest = max(greatest, time)
                number += 1
                return Letter(
                    key: Int.random(in: 0..<keys, using: &random), time: 3 * time + Int64(partition),
                    letter: ["A", "B", "C", "D"].randomElement(using: &random) ?? "A", number: number)
            }
        }
    }

    @Test(arguments: TestSeeds.some(150))
    func matchesAreThoseOfTheReference(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let pace = Int64.random(in: 1...6, using: &random)
        let bound = Int64.random(in: 0...20, using: &random)
        let keepAll = Bool.random(using: &random)
        let reference = Self.pattern(&random, pace: 3 * pace)
        let records = Self.records(&random, pace: pace, bound: bound)
        let scripts = records.map { partition in
            partition.flatMap { record -> [ScriptedSource<Letter>.Step] in
                Int.random(in: 0..<6, using: &random) == 0
                    ? [.record(record), .silence(.milliseconds(Int.random(in: 1...30, using: &random)))]
                    : [.record(record)]
            }
        }
        let (output, timedOutOutput) = (
            TestOutput<PatternMatch<Int, Letter>>(), TestOutput<PatternMatch<Int, Letter>>()
        )
        let pipeline = Pipeline("patterns") { graph in
            let timedOut = graph.sideOutput("timed-out", of: PatternMatch<Int, Letter>.self)
            graph.source(
                ScriptedSource(scripts), eventTime: { Timestamp(milliseconds: $0.time) },
                watermarks: .boundedOutOfOrder(by: .milliseconds(3 * bound))
            )
            .keyed(by: \.key)
            .matching(
                Self.declare(reference), after: keepAll ? .keepAll : .skipPastLast,
                limit: .fail(beyond: 10_000), timedOut: timedOut
            )
            .sink(output)
            timedOut.stream.sink(timedOutOutput)
        }
        let folder = try TemporaryFolder()
        let test = PipelineTest(
            seed: random.next(),
            checkpoints: .init(directory: folder.path, every: .milliseconds(Int.random(in: 5...40, using: &random))))
        let crash = CheckpointNumber(UInt64.random(in: 1...6, using: &random))
        let points: [CrashPoint] = [.handedIn(crash), .committed(crash), .aligned(crash)]
        if let point = points.randomElement(using: &random) {
            try test.runUntilCrash(pipeline, parallelism: Int.random(in: 1...4, using: &random), at: point)
        }
        try test.run(pipeline, parallelism: Int.random(in: 1...4, using: &random))

        var (matches, timedOut): ([String], [String]) = ([], [])
        for (key, all) in Dictionary(grouping: records.joined(), by: \.key) {
            // Stable: the numbers rise in each partition.
            let sorted = all.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
            let found = reference.find(sorted, keepAll: keepAll)
            matches += found.matches.map { "\(key): \($0)" }
            timedOut += found.timedOut.map { "\(key): \($0)" }
        }
        func lines(_ found: [PatternMatch<Int, Letter>]) -> [String] {
            found.map { match in "\(match.key): \(match.steps.map { $0.records.map(\.number) })" }
        }
        expectSame(lines(output.records), matches, "seed \(seed): \(reference), keepAll \(keepAll)")
        expectSame(lines(timedOutOutput.records), timedOut, "seed \(seed), timed out: \(reference), keepAll \(keepAll)")
        for match in output.records + timedOutOutput.records {
            let times = match.records.map(\.time)
            #expect(times.first == match.start.milliseconds && times.last == match.end.milliseconds, "seed \(seed)")
            #expect(match["0"] == match.steps.first?.records, "seed \(seed)")
        }
    }

    /// What the random patterns cover: if few of them ever matched, the test above would say little.
    @Test func theReferenceFindsEnough() {
        var (matching, timingOut) = (0, 0)
        for seed in UInt64(0)..<150 {
            var random = TestRandom(seed: seed)
            let reference = Self.pattern(&random, pace: 6)
            let records = Self.records(&random, pace: 2, bound: 0).joined().sorted { $0.time < $1.time }
            let found = reference.find(records, keepAll: true)
            if !found.matches.isEmpty { matching += 1 }
            if !found.timedOut.isEmpty { timingOut += 1 }
        }
        #expect(matching > 75 && timingOut > 50, "\(matching) of 150 match, \(timingOut) time out")
    }
}
