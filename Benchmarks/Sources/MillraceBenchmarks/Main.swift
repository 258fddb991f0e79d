import ArgumentParser
import Foundation

@main
struct MillraceBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "MillraceBenchmarks",
        abstract: "Runs the engine and a hand-written loop over the same records and compares them.",
        discussion: "Ends with status 1 when a run failed or gave another result than expected.")

    @Option(name: .customLong("workload"), help: "W0, W1, W2, W3, W4 or W6; may be given several times. Default: all.")
    var workloads: [Workload] = []

    @Option(help: "Records a workload. Default: each workload's short length.")
    var records: Int?

    @Flag(name: .customLong("long"), help: "Each workload's long length, for figures to quote.")
    var isLong = false

    @Flag(name: .customLong("json"), help: "One JSON object a line, not a table.")
    var isJSON = false

    @Flag(name: .customLong("baseline-only"), help: "Leave out the engine.")
    var isBaselineOnly = false

    @Option(help: "Where the engine's state goes while a run lasts; a real disk, or syncs cost nothing.")
    var state = FileManager.default.temporaryDirectory.path

    @Flag(name: .customLong("restart"), help: "W6 only: kill -9 with 8.6 million keys, time to the first record.")
    var isRestart = false

    @Flag(
        name: .customLong("memory"),
        help: "What sessions, an interval join and a time to live hold, instead of workloads.")
    var isMemory = false

    @Option(help: "The memory budget for --memory, in MB.")
    var budget = 64

    @Option(name: .customLong("restart-child"), help: .hidden)
    var restartChild: String?

    /// Set by this program itself when it starts a run in a process of its own.
    @Option(help: .hidden)
    var worker: Contestant?

    func validate() throws {
        if let records, records <= 0 {
            throw ValidationError("--records \(records): a workload needs at least one record")
        }
        if records != nil, isLong {
            throw ValidationError("--records and --long both set the number of records; give one of them")
        }
        if worker != nil, workloads.count != 1 || records == nil {
            throw ValidationError("--worker runs one workload: give one --workload, and --records")
        }
    }

    func run() async throws {
        if let restartChild { return try await RestartW6.child(stateDirectory: restartChild) }
        if isRestart { return try runRestart() }
        if isMemory {
            return try await MemoryUse(megabytes: budget).measure(
                parent: URL(fileURLWithPath: state, isDirectory: true))
        }
        if let worker, let workload = workloads.first, let records {
            try await runWorker(worker, workload, records: records)
        } else {
            try runComparison()
        }
    }

    private func runRestart() throws {
        let times = try RestartW6.measure(
            executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
            parent: URL(fileURLWithPath: state, isDirectory: true))
        let texts = times.map { String(format: "%.0f", $0) }.joined(separator: ", ")
        StandardOutput.write("W6 restart: process start to first record after kill -9, ms: \(texts)")
    }

    private func runWorker(_ contestant: Contestant, _ workload: Workload, records: Int) async throws {
        let outcome =
            switch contestant {
            case .engine:
                WorkerOutcome(
                    try await EngineWorkloads.run(
                        workload, records: records, stateDirectory: URL(fileURLWithPath: state, isDirectory: true)))
            case .baseline:
                WorkerOutcome(workload.runBaseline(records: records))
            }
        StandardOutput.write(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
    }

    private func runComparison() throws {
        let report: Report = isJSON ? .json : .table
        report.printHeader()
        var isAllWell = true
        for workload in workloads.isEmpty ? Workload.allCases : workloads {
            do {
                let result = try compare(workload)
                try report.print(result)
                if !result.isCorrect { isAllWell = false }
            } catch let failure as WorkerFailure {
                StandardError.write(failure.description)
                isAllWell = false
            }
        }
        if !isAllWell { throw ExitCode.failure }
    }

    private func compare(_ workload: Workload) throws -> WorkloadResult {
        let records = self.records ?? (isLong ? workload.longRecords : workload.shortRecords)
        return WorkloadResult(
            workload: workload, records: records,
            engine: isBaselineOnly ? nil : try run(.engine, workload, records: records),
            baseline: try run(.baseline, workload, records: records))
    }

    private func run(_ contestant: Contestant, _ workload: Workload, records: Int) throws -> WorkerOutcome {
        let directory = try StateDirectory(below: URL(fileURLWithPath: state, isDirectory: true), for: workload)
        defer { directory.remove() }
        return try WorkerProcess(
            contestant: contestant, workload: workload, records: records, stateDirectory: directory.url
        ).run()
    }
}

extension Contestant: ExpressibleByArgument {}
