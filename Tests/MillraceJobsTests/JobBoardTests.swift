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
