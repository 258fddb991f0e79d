import Millrace
import MillraceTesting
import Testing

import struct Foundation.TimeZone

/// Times at both ends, and far away: each record is in windows that hold it, and in no others.
@Suite struct WindowExtremesTests {
    static let far: Int64 = 253_402_214_400_000  // 9999-12-31
    static let times: [Int64] = [
        .min + 1, .min + 2, .min + 1000, .min + 100_000_000, -far, -1 << 48, (-1 << 48) - 1, -1, 0, 1, 999, far,
        far + 1,
        far + 86_400_000, (1 << 48) - 1, 1 << 48, (1 << 48) + 1, 1 << 60, .max - 100_000_000, .max - 1000, .max - 2,
    ]

    enum Shape: CaseIterable { case tumbling, offset, sliding, slidingOffset, cumulative, days, session }

    @Test(arguments: Shape.allCases)
    func eachInItsOwn(shape: Shape) throws {
        let output = TestOutput<WindowResult<Int, [Int64]>>()
        struct Times: Aggregate {
            func create() -> [Int64] { [] }
            func add(_ record: Int64, to times: inout [Int64]) { times.append(record) }
            func merge(_ other: [Int64], into times: inout [Int64]) { times += other }
            func result(_ times: [Int64]) -> [Int64] { times }
        }
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let pipeline = Pipeline("extremes") { graph in
            let keyed = graph.source(
                .memory([Self.times]), eventTime: { Timestamp(milliseconds: $0) }, watermarks: .monotonic()
            )
            .keyed { _ in 1 }
            switch shape {
            case .tumbling: keyed.window(.tumbling(of: .seconds(1))).aggregate(Times()).sink(output)
            case .offset:
                keyed.window(.tumbling(of: .milliseconds(700), offset: .milliseconds(99))).aggregate(Times()).sink(
                    output)
            case .sliding: keyed.window(.sliding(of: .seconds(3), every: .seconds(1))).aggregate(Times()).sink(output)
            case .slidingOffset:
                keyed.window(.sliding(of: .seconds(3), every: .milliseconds(700), offset: .milliseconds(99)))
                    .aggregate(Times()).sink(output)
            case .cumulative:
                keyed.window(.cumulative(upTo: .seconds(6), step: .seconds(2))).aggregate(Times()).sink(output)
            case .days: keyed.window(.days(in: zone)).aggregate(Times()).sink(output)
            case .session: keyed.window(.session(gap: .seconds(1))).aggregate(Times()).sink(output)
            }
        }
        try PipelineTest(seed: 1).run(pipeline)
        for result in output.records {
            for time in result.value {
                #expect(result.window.start.milliseconds <= time && time < result.window.end.milliseconds, "\(result)")
            }
            if shape != .session { #expect(result.window.start < result.window.end) }
        }
        for time in Self.times {
            let holders = output.records.filter { $0.value.contains(time) }
            switch shape {
            case .tumbling, .offset, .days, .session: #expect(holders.count == 1, "\(time): \(holders)")
            case .sliding: #expect((1...3).contains(holders.count), "\(time): \(holders)")
            case .slidingOffset: #expect((1...5).contains(holders.count), "\(time): \(holders)")
            case .cumulative: #expect((1...3).contains(holders.count), "\(time): \(holders)")
            }
            if shape == .tumbling, abs(time) < 1 << 60 {
                #expect(holders.first?.window.end.timeSince(holders.first?.window.start ?? .distantPast) == .seconds(1))
            }
        }
        if shape == .days {
            // Never as one window for all that is far away.
            #expect(output.records.filter { $0.value.contains(Self.far) }.map(\.value) == [[Self.far, Self.far + 1]])
        }
    }

    /// Windows without an end: a result has the time of its last record.
    @Test func resultsOfGlobalAndCountWindows() throws {
        let output = TestOutput<String>()
        let pipeline = Pipeline("times") { graph in
            let keyed = graph.source(
                .memory([[1, 2, 3, 104, 205, 6, 307]]), eventTime: { Timestamp(milliseconds: Int64($0)) },
                watermarks: .boundedOutOfOrder(by: .seconds(1))
            )
            .keyed { $0 % 2 }
            let counts = keyed.window(.count(2)).aggregate(Count()).map { "count \($0.key) \($0.value)" }
            let globals = keyed.window(.global).trigger(.atWatermark).aggregate(Count()).map {
                "global \($0.key) \($0.value)"
            }
            for stream in [counts, globals] {
                stream.keyed { $0 }.process(to: String.self) { _ in
                    ProcessFunction(onRecord: { text, context in
                        try context.emit("\(text) at \(context.time.milliseconds)")
                    })
                }
                .sink(output)
            }
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(
            output.records.sorted() == [
                "count 0 1 at 6", "count 0 2 at 104", "count 1 2 at 3", "count 1 2 at 307", "global 0 3 at 104",
                "global 1 4 at 307",
            ])
    }
}
