import Millrace
import MillraceSQLite
import Testing

@testable import MillraceJobs

/// The table of jobs.
@Suite struct JobBoardTests {
    static func verdict(_ job: String, attempt: Int = 1, missing: [String] = []) -> JobVerdict {
        JobVerdict(
            job: job, attempt: attempt, cause: .polled, batches: 3, worked: 3 - missing.count, failures: [],
            missing: missing, missingCount: missing.count, decidedAt: Timestamp(milliseconds: 1000))
    }

    @Test func ofSeveralWhoDecideOneHasItsWay() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("jobs.db"))
        let board = JobBoard(database)
        try await board.create()
        try await board.create()
        let planned = JobStatus(
            job: "a", attempt: 1, phase: .running, total: 3, done: 1, failed: 0, plannedAt: 5, deadline: 9000,
            updatedAt: Timestamp(milliseconds: 7))
        try await board.note(planned)
        #expect(try await board.status(of: "a") == planned)
        #expect(try await board.status(of: "b") == nil)
        let firsts = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 { group.addTask { try await board.decide(Self.verdict("a")) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(firsts == 1)
        let status = try #require(try await board.status(of: "a"))
        #expect(status.phase == .completed && status.detail == "job a: completed" && status.plannedAt == 5)
        // The next attempt has a verdict of its own, as has a job that nobody planned.
        #expect(try await board.decide(Self.verdict("a", attempt: 2, missing: ["x"])))
        #expect(try await board.decide(Self.verdict("b")))
        #expect(try await !board.decide(Self.verdict("b")))
        #expect(try await board.statuses().map(\.phase) == [.failed, .completed])
        try database.close()
    }

    @Test func aRowThatIsNoJobIsNamed() async throws {
        let folder = try TemporaryFolder()
        let database = SQLiteDatabase(path: folder.file("jobs.db"))
        let board = JobBoard(database)
        try await board.create()
        try await database.execute(
            "INSERT INTO millrace_jobs (job, attempt, phase, total, done, failed, updated_at) VALUES ('x', 1, 'odd', 1, 1, 1, 1)"
        )
        let error = await #expect(throws: JobBoard.StatusError.self) { try await board.statuses() }
        #expect("\(try #require(error))".contains("'odd'"))
        try database.close()
    }
}
