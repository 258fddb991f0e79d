import Foundation
import Millrace

/// Event-time sessions with a gap of 1 s, count per key.
enum EngineW4 {
    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<WindowResult<UInt64, Int>> { checksum, row in
            checksum.addRow(
                key: row.key, windowEnd: row.window.end.milliseconds,
                aggregate: CountAndSum(count: UInt64(row.value), sum: 0))
        }
        let pipeline = Pipeline("w4") { graph in
            graph.source(
                EngineWorkloads.source(records, in: MillionKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .window(.session(gap: .seconds(1)))
            .aggregate(Count())
            .named("sessions")
            .sink(sink)
        }
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory)
        result.checksum = sink.total.checksum.value
        result.rows = sink.total.checksum.rows
        return result
    }
}
