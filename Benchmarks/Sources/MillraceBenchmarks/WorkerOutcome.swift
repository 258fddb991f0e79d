import Foundation

/// Which of the two programs a worker process runs.
enum Contestant: String, Codable, Sendable {
    case engine
    case baseline
}

/// What a worker process measured: one JSON line from it to the process that started it.
struct WorkerOutcome: Codable, Sendable {
    let checksum: UInt64
    let rows: Int
    let records: Int
    let seconds: Double
    let cpuSeconds: Double
    let peakMegabytes: Double?
    let extra: [String: String]

    var recordsPerSecond: Double { Double(records) / seconds }

    /// To be made as soon as the run is over, so that the peak of memory is the run's.
    init(_ result: BaselineResult) {
        checksum = result.checksum
        rows = result.rows
        records = result.records
        seconds = result.seconds
        cpuSeconds = result.cpuSeconds
        peakMegabytes = PeakMemory.megabytes()
        extra = [:]
    }

    /// To be made as soon as the run is over, so that the peak of memory is the run's.
    init(_ result: EngineResult) {
        checksum = result.checksum
        rows = result.rows
        records = result.records
        seconds = result.seconds
        cpuSeconds = result.cpuSeconds
        peakMegabytes = PeakMemory.megabytes()
        extra = result.extra
    }
}
