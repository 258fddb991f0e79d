import Foundation
import Millrace

extension CountAndSum: BitwiseState {}

/// Running count and sum per key, an update per record. The checksum is of the state as the last checkpoint stored it.
enum EngineW1 {
    static func run(records: Int, stateDirectory: URL) async throws -> EngineResult {
        let sink = TallySink<Keyed<UInt64, CountAndSum>> { checksum, _ in checksum.countRow() }
        let pipeline = Pipeline("w1") { graph in
            graph.source(
                EngineWorkloads.source(records, in: HundredThousandKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .fold(into: CountAndSum()) { total, record in total.add(record.value) }
            .named("totals")
            .sink(sink)
        }
        var result = try await EngineWorkloads.measure(pipeline, stateDirectory: stateDirectory)
        result.extra["updates"] = "\(sink.total.checksum.rows)"
        var checksum = Checksum()
        let state = try StateInspection(directory: stateDirectory.path)
        try state.forEach(of: "totals", key: UInt64.self, value: CountAndSum.self) { key, total in
            checksum.addRow(key: key, aggregate: total)
        }
        result.checksum = checksum.value
        result.rows = checksum.rows
        return result
    }
}
