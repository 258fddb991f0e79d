import Foundation
import Millrace

/// The workloads as pipelines, written as a user would write them.
enum EngineWorkloads {
    static func run(_ workload: Workload, records: Int, stateDirectory: URL) async throws -> EngineResult {
        switch workload {
        case .w0: try await EngineW0.run(records: records, stateDirectory: stateDirectory)
        case .w1: try await EngineW1.run(records: records, stateDirectory: stateDirectory)
        case .w2: try await EngineW2.run(records: records, stateDirectory: stateDirectory)
        case .w3: try await EngineW3.run(records: records, stateDirectory: stateDirectory)
        case .w4: try await EngineW4.run(records: records, stateDirectory: stateDirectory)
        case .w6: try await EngineW6.run(records: records, stateDirectory: stateDirectory)
        }
    }

    /// Two partitions: partition s holds the records s, s + 2, s + 4, ...
    static func source<Keys: KeySpace>(_ records: Int, in keys: Keys.Type) -> GeneratorSource<WorkloadRecord> {
        GeneratorSource(partitions: 2, count: UInt64(records / 2)) { partition, index in
            WorkloadRecord(index: index &* 2 &+ UInt64(truncatingIfNeeded: partition), in: Keys.self)
        }
    }

    /// Runs at parallelism 2 with checkpoints in LMDB, and reports what it took.
    static func measure(
        _ pipeline: Pipeline, stateDirectory: URL, every interval: Duration = .seconds(1)
    ) async throws -> EngineResult {
        var options = RunOptions(checkpoints: CheckpointOptions(directory: stateDirectory.path, every: interval))
        options.parallelism = .tasks(2)
        let stopwatch = Stopwatch()
        let status = try await pipeline.run(options)
        var result = EngineResult(
            checksum: 0, rows: 0, records: Int(status.records), seconds: stopwatch.seconds,
            cpuSeconds: stopwatch.cpuSeconds)
        result.extra["checkpoints"] = "\(status.checkpoint)"
        result.extra["longest_pause_ms"] = String(format: "%.2f", status.longestPause.inSeconds * 1000)
        if let last = status.lastCheckpoint {
            result.extra["last_checkpoint_mb"] = String(format: "%.1f", Double(last.bytes) / 1e6)
            result.extra["last_checkpoint_ms"] = String(format: "%.1f", last.duration.inSeconds * 1000)
        }
        return result
    }
}
