import ArgumentParser
import Foundation
import MillraceDatabases
import MillraceJobs

/// `millrace jobs`: shows the state of the jobs in a database.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Lists jobs, how far they are and how they ended.",
        discussion:
            "Reads the table \(JobBoard.table). With a job's name the exit code is 0 if it is completed, 1 if it failed, 2 if it is not decided."
    )

    @Argument(help: "Only this job.")
    var job: String?

    @Option(
        help: "The database: \(DatabaseAddress.expected) (default: \(DatabaseAddress.variable) in the environment).")
    var database: String?

    @Flag(help: "Check every second until the job has completed or failed.")
    var wait = false

    @Flag(help: "One JSON object a line.")
    var json = false

    func validate() throws {
        if wait, job == nil { throw ValidationError("--wait needs the name of a job") }
        do { _ = try DatabaseAddress.named(database) } catch { throw ValidationError("\(error)") }
    }

    func run() async throws {
        let database = try DatabaseAddress.named(database)
        let board = JobBoard(try database.database())
        guard let job else {
            let statuses = try await board.statuses()
            if statuses.isEmpty { print("there are no jobs in \(database)") }
            try show(statuses)
            return
        }
        var last: JobStatus?
        while true {
            let status = try await board.status(of: job)
            if status != last || last == nil {
                if let status { try show([status]) } else if !wait { print("there is no job '\(job)' in \(database)") }
            }
            last = status
            switch status?.phase {
            case .completed: return
            case .failed: throw ExitCode(1)
            default: break
            }
            guard wait else { throw ExitCode(2) }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func show(_ statuses: [JobStatus]) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for status in statuses { print(String(decoding: try encoder.encode(status), as: UTF8.self)) }
            return
        }
        guard !statuses.isEmpty else { return }
        var table = TextTable(["job", "attempt", "state", "done", "failed", "planned", "deadline", "for"])
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for status in statuses {
            let share = status.total > 0 ? " (\(status.done * 100 / status.total) %)" : ""
            let end = [.completed, .failed].contains(status.phase) ? status.updatedAt : now
            table.add(
                .text(status.job), .number(Int64(status.attempt)), .text(status.phase.rawValue),
                .text("\(status.done) of \(status.total)\(share)"), .number(Int64(status.failed)),
                .text(time(status.plannedAt)), .text(time(status.deadline)),
                .text(status.plannedAt.map { "\(max(0, end - $0) / 1000) s" } ?? "-"))
        }
        print(table.text)
        for status in statuses { if let detail = status.detail { print(detail) } }
    }

    private func time(_ milliseconds: Int64?) -> String {
        milliseconds.map { Date(timeIntervalSince1970: Double($0) / 1000).formatted(.iso8601) } ?? "-"
    }
}
