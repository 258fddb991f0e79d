/// One row of the report: what engine and baseline did with the same records.
struct WorkloadResult: Sendable {
    let workload: Workload
    let records: Int
    /// Nil when only the baseline ran.
    let engine: WorkerOutcome?
    let baseline: WorkerOutcome

    /// Known from elsewhere or, for a length nobody computed, the baseline's.
    var expected: ExpectedResult {
        workload.expectedResult(records: records)
            ?? ExpectedResult(checksum: baseline.checksum, rows: baseline.rows)
    }

    /// The engine's checksum, or the baseline's when it ran alone.
    var checksum: UInt64 { (engine ?? baseline).checksum }

    /// Whether all that ran gave the expected rows, and the engine took in all records.
    var isCorrect: Bool {
        [engine, baseline].compactMap { $0 }.allSatisfy { outcome in
            outcome.records == records && outcome.checksum == expected.checksum
                && (expected.rows.map { $0 == outcome.rows } ?? true)
        }
    }

    /// The engine's records per second over the baseline's.
    var ratio: Double? {
        engine.map { $0.recordsPerSecond / baseline.recordsPerSecond }
    }
}
