import Foundation
import Millrace

/// Stateless: map, filter, count at the sink.
enum EngineW0 {
    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<UInt64> { checksum, _ in checksum.countRow() }
        let pipeline = Pipeline("w0") { graph in
            graph.source(
                EngineWorkloads.source(records, in: SingleKey.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .map { $0.value &* 2 }
            .filter { $0 % 3 == 0 }
            .sink(sink)
        }
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory)
        result.rows = sink.total.checksum.rows
        result.checksum = UInt64(result.rows)
        return result
    }
}
