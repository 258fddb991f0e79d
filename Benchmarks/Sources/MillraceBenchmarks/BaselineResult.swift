/// What a hand-written loop gave and took. Making the records and adding up the result rows are part of the time.
struct BaselineResult: Sendable {
    let checksum: UInt64
    let rows: Int
    let records: Int
    let seconds: Double
    let cpuSeconds: Double

    init(checksum: UInt64, rows: Int, records: Int, stopwatch: Stopwatch) {
        self.checksum = checksum
        self.rows = rows
        self.records = records
        seconds = stopwatch.seconds
        cpuSeconds = stopwatch.cpuSeconds
    }

    init(checksum: Checksum, records: Int, stopwatch: Stopwatch) {
        self.init(checksum: checksum.value, rows: checksum.rows, records: records, stopwatch: stopwatch)
    }
}

extension Workload {
    /// Runs the plain Swift loop that somebody without a framework would write: one thread, Dictionary, no checkpoints.
    func runBaseline(records: Int) -> BaselineResult {
        switch self {
        case .w0: baselineW0(records: records)
        case .w1: baselineW1(records: records)
        case .w2: baselineW2(records: records)
        case .w3: baselineW3(records: records)
        case .w4: baselineW4(records: records)
        case .w6: baselineW6(records: records)
        }
    }
}
