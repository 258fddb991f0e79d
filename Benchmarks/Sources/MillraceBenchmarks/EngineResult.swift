/// What one run of the engine gave and took.
struct EngineResult: Sendable {
    /// `Checksum.value`; for W0 the number of kept records.
    var checksum: UInt64
    /// Result rows; for W0 the number of kept records.
    var rows: Int
    /// Records read by the sources.
    var records: Int
    /// From before the pipeline started until it had finished, its last checkpoint included.
    var seconds: Double
    var cpuSeconds: Double
    /// What else is worth printing, by name in snake_case: `checkpoints`, `longest_pause_ms`.
    var extra: [String: String] = [:]
}
