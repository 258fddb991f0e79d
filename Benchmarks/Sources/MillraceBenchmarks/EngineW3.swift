import Foundation
import Millrace

/// Event-time sliding windows of 60 s every 5 s, count per key.
enum EngineW3 {
    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<WindowResult<UInt64, Int>> { checksum, row in
            checksum.addRow(
                key: row.key, windowEnd: row.window.end.milliseconds,
                aggregate: CountAndSum(count: UInt64(row.value), sum: 0))
        }
        let pipeline = Pipeline("w3") { graph in
            graph.source(
                EngineWorkloads.source(records, in: TenThousandKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .window(.sliding(of: .seconds(60), every: .seconds(5)))
            .aggregate(Count())
            .named("windows")
            .sink(sink)
        }
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory)
        result.checksum = sink.total.checksum.value
        result.rows = sink.total.checksum.rows
        return result
    }
}
