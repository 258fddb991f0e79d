import Millrace
import MillraceTesting
import Synchronization
import Testing

/// The clock's windows and timers in a task that always has something to work on.
@Suite struct BusyClockTests {
    @Test func whatGoesByTheClockIsNotStarved() async throws {
        let fired = Mutex(0)
        let stop = PipelineStop()
        let pipeline = Pipeline("busy") { graph in
            graph.source(GeneratorSource(partitions: 2, count: nil) { _, index in index })
                .keyed { $0 % 10 }
                .window(.tumbling(of: .milliseconds(50)), time: .processing)
                .aggregate(Count())
                .forEach { _ in
                    let count = fired.withLock {
                        $0 += 1
                        return $0
                    }
                    // Ends only because windows fire while records never cease.
                    if count == 30 { stop.request() }
                }
        }
        var options = RunOptions()
        options.logger.logLevel = .critical
        try await pipeline.run(options, stop: stop)
        #expect(fired.withLock { $0 } >= 30)
    }
}
