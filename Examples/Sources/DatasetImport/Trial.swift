import ArgumentParser
import Foundation
import Millrace
import MillraceDatabases
import MillraceJobs

/// One way, from plan to verdict.
struct Trial {
    let way: Way
    let brokers: String
    let database: String
    let folder: String
    let demonstration: Demonstration
    let job = "flights-" + UUID().uuidString.prefix(8).lowercased()

    /// Runs it; false if it did not come out as it should.
    func run() async throws -> Bool {
        let address = try DatabaseAddress.named(database)
        let table = FlightTable(database: try address.database(), prefix: prefix)
        let board = JobBoard(table.database)
        try await table.create()
        // An earlier demonstration's, in a database that is kept.
        try await table.clear()
        print("\(way.rawValue), \(address)")
        try call("plan", planning + poisoning)
        let before = try await table.count
        var instances = try (1...3).map { try start("instance-\($0)", poisoned: true) }
        defer { for instance in instances { instance.terminate() } }
        let clock = ContinuousClock()
        let began = clock.now
        var killedAt: ContinuousClock.Instant?
        var last = -1
        var lastFlight = began
        while true {
            try await Task.sleep(for: .milliseconds(50))
            let count = try await table.count - before
            if clock.now - began > .seconds(120) {
                print("  no verdict after two minutes, with \(count) flights")
                return false
            }
            if demonstration.kill, killedAt == nil, count > demonstration.limit / 4 {
                let victim = instances.removeFirst()
                Foundation.kill(victim.processIdentifier, SIGKILL)
                killedAt = clock.now
                print("  \(count) flights; instance-1 is killed")
            }
            if count / 2500 != last / 2500 { print("  \(count) flights") }
            if count != last { lastFlight = clock.now }
            last = count
            if let status = try await board.status(of: job), [.completed, .failed].contains(status.phase) { break }
        }
        let verdict = try await board.status(of: job)
        print("  after \(seconds(clock.now - began)) s: \(verdict?.detail ?? "no detail")")
        print("  verdict \(seconds(clock.now - lastFlight)) s after the last flight")
        // The single loop ends by itself, also where an instance has only stood by, and its exit code is the verdict.
        if way != .singleLoop { for instance in instances { instance.terminate() } }
        guard try await haveEnded(instances, within: .seconds(60)) else {
            print("  an instance did not stop within a minute")
            return false
        }
        let code: Int32 = verdict?.phase == .completed || way != .singleLoop ? 0 : 1
        guard instances.allSatisfy({ $0.terminationStatus == code }) else {
            print("  exit codes \(instances.map(\.terminationStatus)), expected \(code)")
            return false
        }
        let made = try await table.count - before
        let isRight: Bool
        if demonstration.poison == nil {
            isRight = verdict?.phase == .completed && made == demonstration.limit
        } else {
            isRight = verdict?.phase == .failed && verdict?.detail?.contains("distance") ?? false
        }
        print("  \(made) of \(demonstration.limit) flights, each once")
        guard isRight, demonstration.poison != nil, way == .batchTable else { return isRight }
        return try await resumed(table, board, before)
    }

    /// The job again, for what is missing, with the flight mended.
    private func resumed(_ table: FlightTable, _ board: JobBoard, _ before: Int) async throws -> Bool {
        try call("plan", planning + ["--resume"])
        let instance = try start("instance-4", poisoned: false)
        let isRight = try await completesAgain(table, board, before)
        instance.terminate()
        return try await haveEnded([instance], within: .seconds(60)) && isRight
    }

    private func completesAgain(_ table: FlightTable, _ board: JobBoard, _ before: Int) async throws -> Bool {
        let began = ContinuousClock.now
        while ContinuousClock.now - began < .seconds(60) {
            try await Task.sleep(for: .milliseconds(50))
            guard let status = try await board.status(of: job), status.attempt == 2 else { continue }
            guard [.completed, .failed].contains(status.phase) else { continue }
            print("  \(status.detail ?? "no detail")")
            let made = try await table.count - before
            return status.phase == .completed && made == demonstration.limit
        }
        return false
    }

    /// Whether all have ended in time; whoever has not is killed.
    private func haveEnded(_ instances: [Process], within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now.advanced(by: limit)
        while instances.contains(where: \.isRunning) {
            guard ContinuousClock.now < deadline else {
                for instance in instances where instance.isRunning { kill(instance.processIdentifier, SIGKILL) }
                return false
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Each way has tables of its own.
    private var prefix: String { "demo_\(way.rawValue.replacingOccurrences(of: "-", with: "_"))_" }

    private var setting: [String] {
        [
            "--brokers", brokers, "--tables", prefix, "--job", job, "--way", way.rawValue, "--state",
            "\(folder)/state", "--poll", "1",
        ]
    }

    private var planning: [String] {
        ["--input", demonstration.input, "--limit", "\(demonstration.limit)", "--size", "\(demonstration.size)"]
    }

    private var poisoning: [String] { demonstration.poison.map { ["--poison", "\($0)"] } ?? [] }

    private func start(_ name: String, poisoned: Bool) throws -> Process {
        try process(
            "instance",
            planning + (poisoned ? poisoning : []) + ["--name", name, "--delay", "\(demonstration.delay)"])
    }

    private func call(_ command: String, _ arguments: [String]) throws {
        let process = try process(command, arguments)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode.failure }
    }

    private func process(_ command: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [command] + setting + arguments
        // Not as an argument, which everybody on the machine can read.
        process.environment = ProcessInfo.processInfo.environment.merging([DatabaseAddress.variable: database]) { $1 }
        try process.run()
        return process
    }

    private func seconds(_ duration: Duration) -> String { String(format: "%.1f", duration.inSeconds) }
}
