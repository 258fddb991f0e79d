import Foundation
import Millrace

/// Event-time tumbling windows of 10 s, count and sum per key.
enum EngineW2 {
    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<WindowResult<UInt64, CountAndSum>> { checksum, row in
            checksum.addRow(key: row.key, windowEnd: row.window.end.milliseconds, aggregate: row.value)
        }
        let pipeline = Pipeline("w2") { graph in
            graph.source(
                EngineWorkloads.source(records, in: TenThousandKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .window(.tumbling(of: .seconds(10)))
            .fold(into: CountAndSum()) { total, record in total.add(record.value) }
            .named("windows")
            .sink(sink)
        }
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory)
        result.checksum = sink.total.checksum.value
        result.rows = sink.total.checksum.rows
        return result
    }
}
