import Millrace
import MillraceFiles
import MillraceTesting
import Testing

/// Mistakes in a declaration are thrown with their sentence when the pipeline is run; none ends the process.
@Suite struct GraphProblemTests {
    typealias Declare = @Sendable (Graph) -> Void

    static let mistakes: [(String, Declare)] = [
        ("no source", { _ in }),
        (
            "2 operators are named 'a'",
            { graph in
                graph.source(.memory([[1]]), name: "a").map { $0 }.named("a").forEach { _ in }
            }
        ),
        (
            "must not be empty or contain '/': 'a/b'",
            { $0.source(.memory([[1]])).map { $0 }.named("a/b").forEach { _ in } }
        ),
        ("must not be empty", { $0.source(.memory([[1]]), name: "").forEach { _ in } }),
        (
            "two sinks write to",
            { graph in
                let texts = graph.source(.memory([["1"]]))
                texts.sink(.lines(directory: "/tmp/millrace-never-made"))
                texts.sink(.lines(directory: "/tmp/../tmp/millrace-never-made"))
            }
        ),
    ]

    @Test(arguments: mistakes.map(\.0))
    func aMistakeIsSaid(text: String) throws {
        let declare = try #require(Self.mistakes.first { $0.0 == text }?.1)
        let pipeline = Pipeline("mistaken", declare)
        let error = #expect(throws: ConfigurationError.self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect(error?.description.contains(text) == true && error?.description.contains("'mistaken'") == true)
        // It can be drawn all the same.
        _ = pipeline.graph().rendered(as: .text)
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e300, 1e-300])
    func aRateThatIsNone(rate: Double) {
        let pipeline = Pipeline("fast") {
            $0.source(.memory([[1]]), name: "numbers", recordsPerSecond: rate).forEach { _ in }
        }
        let error = #expect(throws: ConfigurationError.self) { try PipelineTest(seed: 1).run(pipeline) }
        #expect(error?.description.contains("'numbers'") == true)
    }

    @Test(arguments: [0, -1, Int.max, 9_000_000_000_000_000])
    func aBudgetThatIsNone(bytes: Int) {
        let pipeline = Pipeline("large") { $0.source(.memory([[1]])).forEach { _ in } }
        var test = PipelineTest(seed: 1)
        test.options.memoryBudget = bytes
        #expect(throws: ConfigurationError.self) { try test.run(pipeline) }
    }
}
