import Foundation
import Millrace

/// What W6 keeps per key: the value of the record with the greatest index.
struct LatestValue: BitwiseState {
    var index: UInt64 = 0
    var value: UInt64 = 0
}

/// Large state: the latest value of each of ten million keys. The checksum is of the stored state.
enum EngineW6 {
    static func pipeline(records: Int, sink: TallySink<Keyed<UInt64, LatestValue>>) -> Pipeline {
        Pipeline("w6") { graph in
            graph.source(
                EngineWorkloads.source(records, in: TenMillionKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .fold(into: LatestValue()) { latest, record in
                if record.index >= latest.index { latest = LatestValue(index: record.index, value: record.value) }
            }
            .named("latest")
            .sink(sink)
        }
    }

    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<Keyed<UInt64, LatestValue>> { checksum, _ in checksum.countRow() }
        let pipeline = pipeline(records: records, sink: sink)
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory, every: .seconds(5))
        var checksum = Checksum()
        let state = try StateInspection(directory: stateDirectory.path)
        try state.forEach(of: "latest", key: UInt64.self, value: LatestValue.self) { key, latest in
            checksum.addRow(key: key, value: latest.value)
        }
        result.checksum = checksum.value
        result.rows = checksum.rows
        return result
    }
}
