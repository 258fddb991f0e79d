import Foundation

/// One run in a process of its own, so that its peak memory and CPU time are its own.
struct WorkerProcess {
    let contestant: Contestant
    let workload: Workload
    let records: Int
    /// An existing empty directory for the engine's state.
    let stateDirectory: URL

    /// Waits for the run's end.
    func run() throws -> WorkerOutcome {
        let output = Pipe()
        let process = Process()
        process.executableURL = try ownExecutable()
        process.arguments = [
            "--worker", contestant.rawValue, "--workload", workload.rawValue, "--records", String(records),
            "--state", stateDirectory.path,
        ]
        process.standardOutput = output
        try process.run()
        let interruption = InterruptionHandler(worker: process.processIdentifier, stateDirectory: stateDirectory)
        let written = output.fileHandleForReading.readDataToEndOfFile()
        interruption.cancel()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw failure("ended with \(describeEnd(of: process)); its own words are above")
        }
        // Anything before the last line is the run's own chatter.
        guard let line = written.split(separator: UInt8(ascii: "\n")).last else {
            throw failure("printed no result")
        }
        return try JSONDecoder().decode(WorkerOutcome.self, from: Data(line))
    }

    private func ownExecutable() throws -> URL {
        guard let executable = Bundle.main.executableURL else {
            throw failure("could not be started: the path of this program is unknown")
        }
        return executable
    }

    private func describeEnd(of process: Process) -> String {
        switch process.terminationReason {
        case .uncaughtSignal: "signal \(process.terminationStatus)"
        default: "status \(process.terminationStatus)"
        }
    }

    private func failure(_ what: String) -> WorkerFailure {
        WorkerFailure(description: "the \(contestant.rawValue) run of \(workload.rawValue) \(what)")
    }
}

/// A run that gave no result.
struct WorkerFailure: Error, CustomStringConvertible {
    let description: String
}
