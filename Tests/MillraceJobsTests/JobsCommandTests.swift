import Foundation
import MillraceSQLite
import Testing

@testable import MillraceJobs

/// `millrace jobs`, as a process of its own.
@Suite struct JobsCommandTests {
    @Test func millraceShowsJobs() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("jobs.db"))
        let board = JobBoard(database)
        try await board.create()
        try await board.note(
            JobStatus(
                job: "import", attempt: 1, phase: .running, total: 40, done: 10, failed: 1, plannedAt: 1000,
                deadline: 5_000_000, updatedAt: .init(milliseconds: 7)))
        try database.close()
        let address = "sqlite:\(folder.file("jobs.db"))"
        let (status, text) = try run("millrace", ["jobs", "--database", address])
        #expect(status == 0)
        #expect(text.contains("import") && text.contains("running") && text.contains("10 of 40 (25 %)"), "\(text)")
        #expect(text.contains("1970-01-01T01:23:20Z"), "\(text)")
        #expect(try run("millrace", ["jobs", "import", "--database", address]).0 == 2)
        #expect(try await board.decide(JobBoardTests.verdict("import", missing: ["x"])))
        try database.close()
        let (failed, json) = try run("millrace", ["jobs", "import", "--database", address, "--json", "--wait"])
        #expect(failed == 1)
        #expect(json.contains("\"detail\":\"job import: failed; 1 missing: x\""), "\(json)")
        let (refused, message) = try run("millrace", ["jobs", "--database", "oracle:x"])
        #expect(refused == 64 && message.contains("expected sqlite:PATH or postgresql://"), "\(message)")
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: program)
        process.arguments = arguments
        // Whatever database the developer's shell names is not for tests.
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "MILLRACE_DATABASE" }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
