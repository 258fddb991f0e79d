import Millrace
import MillraceTesting
import Testing

/// Sketches in windows that overlap, which are merged of slices, over a crash and a restart at another parallelism.
@Suite struct SketchWindowTests {
    struct Event: Sendable {
        let key: Int
        let time: Int64
        let value: Int
    }

    @Test(arguments: TestSeeds.some(10))
    func slidingWindowsHaveTheSketchesOfTheirRecords(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let events = (0..<2).map { _ in
            (0..<400).map { number in
                Event(
                    key: Int.random(in: 0..<3, using: &random), time: Int64(number),
                    value: Int.random(in: -100...100, using: &random))
            }
        }
        let count = ApproximateDistinctCount<Event, Int>(of: { $0.value }, precision: 8)
        let percentiles = Percentiles<Event>(of: { Double($0.value) }, accuracy: 0.02)
        let exact = DistinctCount<Event, Int>(of: { $0.value })
        typealias Output = ((Int, QuantileSketch), Int)
        let output = TestOutput<WindowResult<Int, Output>>()
        let pipeline = Pipeline("sketches") { graph in
            graph.source(
                ScriptedSource(events.map { $0.flatMap { [.record($0), .silence(.milliseconds(1))] } }),
                eventTime: { Timestamp(milliseconds: $0.time) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .window(.sliding(of: .milliseconds(90), every: .milliseconds(30)))
            .aggregate(count.and(percentiles).and(exact))
            .sink(output)
        }
        let folder = try TemporaryFolder()
        let test = PipelineTest(
            seed: seed, checkpoints: .init(directory: folder.path, every: .milliseconds(20)))
        let crash = CheckpointNumber(UInt64.random(in: 1...5, using: &random))
        try test.runUntilCrash(pipeline, parallelism: 2, at: .committed(crash))
        try test.run(pipeline, parallelism: 3)

        #expect(output.records.count > 30, "seed \(seed)")
        for result in output.records {
            let inside = events.joined().filter { $0.key == result.key && result.window.contains($0.time) }
            var (hashes, sketch) = (count.create(), percentiles.create())
            for event in inside {
                count.add(event, to: &hashes)
                try percentiles.add(event, to: &sketch)
            }
            let ((estimate, quantiles), distinct) = result.value
            #expect(estimate == hashes.estimate, "seed \(seed): \(result.window)")
            #expect(quantiles == sketch, "seed \(seed): \(result.window)")
            #expect(distinct == Set(inside.map(\.value)).count, "seed \(seed): \(result.window)")
        }
    }
}

extension TimeWindow {
    fileprivate func contains(_ time: Int64) -> Bool { start.milliseconds <= time && time < end.milliseconds }
}
