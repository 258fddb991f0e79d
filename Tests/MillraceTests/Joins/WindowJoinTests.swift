import Foundation
import Millrace
import MillraceTesting
import Testing

/// A window join takes every kind of window that an aggregate takes.
@Suite struct WindowJoinTests {
    struct Event: CodableState {
        var key: Int
        var hour: Int
    }

    /// What the join of two lists gives: the window's hours and those of both sides.
    static func run(
        _ left: [Int], _ right: [Int], _ windows: WindowAssigner, time: TimeKind = .event
    ) throws -> [String] {
        let output = TestOutput<String>()
        let pipeline = Pipeline("join") { graph in
            func source(_ name: String, _ hours: [Int]) -> Millrace.Stream<Event> {
                graph.source(
                    .memory([hours.map { Event(key: 1, hour: $0) }]), name: name,
                    eventTime: { Timestamp(milliseconds: Int64($0.hour) * 3_600_000) }, watermarks: .monotonic())
            }
            source("left", left).joined(with: source("right", right), on: \.key, equals: \.key)
                .windowJoin(windows, kind: .outer, time: time)
                .map { result in
                    let sides = [result.value.left, result.value.right].map { $0.map { "\($0.hour)" } ?? "-" }
                    let window = time == .event ? "\(result.window.end.milliseconds / 3_600_000): " : ""
                    return window + sides.joined(separator: " ")
                }
                .sink(output)
        }
        try PipelineTest(seed: 7).run(pipeline, parallelism: 2)
        return output.records.sorted()
    }

    @Test func inDays() throws {
        let zone = try #require(TimeZone(secondsFromGMT: 2 * 3600))
        // Midnight there is 22 o'clock UTC.
        #expect(try Self.run([1, 23], [21, 30, 90], .days(in: zone)) == ["22: 1 21", "46: 23 30", "94: - 90"])
    }

    @Test func inCumulativeWindows() throws {
        let windows = WindowAssigner.cumulative(upTo: .hours(3), step: .hours(1))
        #expect(try Self.run([0], [2], windows) == ["1: 0 -", "2: 0 -", "3: 0 2"])
    }

    /// Nothing fires before the clock says so or the input ends: all are together.
    @Test func inProcessingTime() throws {
        #expect(try Self.run([1, 500], [90], .tumbling(of: .days(1)), time: .processing) == ["1 90", "500 90"])
    }

    @Test func resultsAreCodableAndHashable() throws {
        let pairs = Set([
            Joined<Int, String, String?>(key: 1, left: "a", right: nil), Joined(key: 1, left: "a", right: "b"),
        ])
        let data = try JSONEncoder().encode(pairs)
        #expect(try JSONDecoder().decode(Set<Joined<Int, String, String?>>.self, from: data) == pairs)
        let result = WindowResult(
            key: 1, window: TimeWindow(start: .distantPast, end: .distantFuture),
            value: JoinedPair<Int?, Int>(left: nil, right: 2))
        let stored = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(WindowResult<Int, JoinedPair<Int?, Int>>.self, from: stored) == result)
    }
}
