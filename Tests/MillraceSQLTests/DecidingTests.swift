import Millrace
import MillraceSQL
import Testing

@testable import MillraceJobs

/// The table of jobs in each database: of several that decide, one has its way.
@Suite struct DecidingTests {
    static func verdict(_ job: String, attempt: Int = 1, missing: [String] = []) -> JobVerdict {
        JobVerdict(
            job: job, attempt: attempt, cause: .polled, batches: 3, worked: 3 - missing.count, failures: [],
            missing: missing, missingCount: missing.count, decidedAt: Timestamp(milliseconds: 1000))
    }

    @Test(arguments: DatabaseKind.allCases)
    func ofSeveralWhoDecideOneHasItsWay(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
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
    }
}
