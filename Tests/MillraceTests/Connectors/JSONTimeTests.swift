import Millrace
import MillraceFiles
import MillraceJSON
import MillraceTesting
import Testing

/// What times in JSON are written as is said at the source.
@Suite struct JSONTimeTests {
    struct Event: Codable, Sendable {
        var at: Timestamp
    }

    static let cases: [(Timestamp.NumberMeaning, String, Int64?)] = [
        (.millisecondsSince1970, "1700000000123", 1_700_000_000_123),
        (.millisecondsSince1970, "\"2023-11-14T22:13:20.123Z\"", 1_700_000_000_123),
        (.secondsSince1970, "1700000000", 1_700_000_000_000), (.secondsSince1970, "1700000000.123", 1_700_000_000_123),
        (.secondsSince1970, "-1.5", -1500), (.secondsSince1970, "\"2023-11-14T22:13:20Z\"", 1_700_000_000_000),
        (.secondsSince1970, "1e300", nil), (.secondsSince1970, "9223372036854775807", nil),
        (.iso8601, "\"2023-11-14T23:13:20.5+01:00\"", 1_700_000_000_500), (.iso8601, "1700000000", nil),
        (.iso8601, "\"yesterday\"", nil), (.millisecondsSince1970, "1.5", nil), (.secondsSince1970, "true", nil),
    ]

    @Test(arguments: cases)
    func timesOfAFile(strategy: Timestamp.NumberMeaning, text: String, expected: Int64?) throws {
        let folder = try TemporaryFolder()
        try "{\"at\":\(text)}\n".write(toFile: folder.file("x.jsonl"), atomically: true, encoding: .utf8)
        let (output, malformed) = (TestOutput<Int64>(), TestOutput<String>())
        let pipeline = Pipeline("times") { graph in
            let bad = graph.sideOutput("bad", of: MalformedInput.self)
            graph.source(
                .jsonLines(in: folder.path, decoding: Event.self, options: .init(times: strategy)), eventTime: \.at,
                watermarks: .monotonic(), malformed: .deadLetter(to: bad)
            )
            .map(\.at.milliseconds).sink(output)
            bad.stream.map(\.reason).sink(malformed)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(output.records == [expected].compactMap(\.self))
        #expect(malformed.records.count == (expected == nil ? 1 : 0), "\(malformed.records)")
        #expect(malformed.records.allSatisfy { $0.contains("at") }, "\(malformed.records)")
    }
}
