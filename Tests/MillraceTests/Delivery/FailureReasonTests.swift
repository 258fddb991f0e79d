import Millrace
import MillraceTesting
import Testing

/// Reasons that repeat what a record holds can be stored where the record cannot.
@Suite struct FailureReasonTests {
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    @Test(arguments: [
        ("a\u{0}b", "a\u{2400}b"), ("plain", "plain"), ("\u{0}", "\u{2400}"),
        (String(repeating: "é", count: 3000), String(repeating: "é", count: 2048) + " ... (cut: 6000 bytes)"),
        (String(repeating: "x", count: 4096), String(repeating: "x", count: 4096)),
        (
            "a" + String(repeating: "é", count: 2048),
            "a" + String(repeating: "é", count: 2047) + " ... (cut: 4097 bytes)"
        ),
    ])
    func theReasonOfADeadLetter(text: String, reason: String) throws {
        let letters = TestOutput<String>()
        let pipeline = Pipeline("refused") { graph in
            let dead = graph.sideOutput("dead", of: DeadLetter<Int>.self)
            let numbers = graph.source(.memory([[1]]))
            numbers.map(onError: .deadLetter(to: dead)) { _ -> Int in throw Refused(description: text) }
                .forEach { _ in }
            numbers.batches(of: 1, onError: .deadLetter(to: dead), options: .init(retry: .none)) { _ in
                throw Refused(description: text)
            }.forEach { _ in }
            dead.stream.map(\.reason).sink(letters)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(letters.records == [reason, reason])
    }

    @Test func malformedInput() {
        let input = MalformedInput(excerpt: "x\u{0}y", place: "here", reason: "got 'x\u{0}y'")
        #expect(input.excerpt == "x\u{2400}y" && input.reason == "got 'x\u{2400}y'")
    }

    /// Restarting cannot mend it.
    @Test func aMalformedRecordEndsTheRunAtOnce() throws {
        var test = PipelineTest(seed: 1)
        test.options.restart = .fixedDelay(attempts: 3, delay: .seconds(1))
        let pipeline = Pipeline("malformed") { graph in
            graph.source(ScriptedSource<Int>([[.record(1), .malformed("not a number")]])).forEach { _ in }
        }
        let error = #expect(throws: PipelineError.self) { try test.run(pipeline) }
        guard case .failed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(test.clock.now < .seconds(1))
    }
}
