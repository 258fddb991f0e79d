import Millrace
public import MillraceSQL

/// The database table `millrace_jobs`, which has one row with the status of each job. It is shown by `millrace jobs`,
/// and can be polled by code that waits for a job.
///
/// ```swift
/// let board = JobBoard(database)
/// try await board.create()
/// if let status = try await board.status(of: "flights") {
///     print("\(status.phase): \(status.done) of \(status.total) batches")    // running: 12 of 40 batches
/// }
/// ```
public struct JobBoard: Sendable {
    /// The name of the table.
    public static let table = "millrace_jobs"
    static let columns = [
        "job", "attempt", "phase", "total", "done", "failed", "planned_at", "deadline", "updated_at", "detail",
    ]

    private let database: any SQLDatabase

    /// Creates a board.
    ///
    /// - Parameter database: The database of the table.
    public init(_ database: any SQLDatabase) { self.database = database }

    /// Creates the table if it does not exist.
    ///
    /// - Throws: `SQLError`.
    public func create() async throws {
        try await database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(Self.table) (
                job TEXT NOT NULL PRIMARY KEY, attempt BIGINT NOT NULL, phase TEXT NOT NULL, total BIGINT NOT NULL,
                done BIGINT NOT NULL, failed BIGINT NOT NULL, planned_at BIGINT, deadline BIGINT,
                updated_at BIGINT NOT NULL, detail TEXT)
            """)
    }

    /// A sink for the statuses of a ledger, which keeps the latest status of each job (an upsert by job name).
    public var sink: TableSink<JobStatus> {
        database.table(Self.table, columns: Self.columns, mode: .upsert(keys: ["job"])) { Self.row($0) }
    }

    /// Stores a status, replacing the job's previous one.
    ///
    /// - Parameter status: The status to store.
    /// - Throws: `SQLError`.
    public func note(_ status: JobStatus) async throws {
        try await database.insert(
            into: Self.table, columns: Self.columns, rows: [Self.row(status)], onConflict: .update(keys: ["job"]))
    }

    /// Stores a verdict, unless this attempt of the job, or a later one, has been decided already. If several processes
    /// decide the same job, the first verdict is kept.
    ///
    /// - Parameter verdict: The verdict to store.
    /// - Returns: Whether the verdict was stored.
    /// - Throws: `SQLError`.
    public func decide(_ verdict: JobVerdict) async throws -> Bool {
        let status = JobStatus(
            job: verdict.job, attempt: verdict.attempt, phase: verdict.outcome == .completed ? .completed : .failed,
            total: verdict.batches, done: verdict.worked, failed: verdict.failedBatches.count + verdict.failures.count,
            updatedAt: Timestamp(milliseconds: verdict.decidedAt), detail: verdict.summary)
        return try await database.transaction { session in
            let changed = try session.execute(
                """
                UPDATE \(Self.table) SET attempt = $2, phase = $3, total = $4, done = $5, failed = $6, updated_at = $7,
                    detail = $8
                WHERE job = $1 AND (attempt < $2 OR attempt = $2 AND phase NOT IN ('completed', 'failed'))
                """,
                [
                    .text(status.job), .init(status.attempt), .text(status.phase.rawValue), .init(status.total),
                    .init(status.done), .init(status.failed), .init(status.updatedAt), .init(status.detail),
                ])
            if changed > 0 { return true }
            let marks = (1...Self.columns.count).map { "$\($0)" }.joined(separator: ", ")
            return try session.execute(
                """
                INSERT INTO \(Self.table) (\(Self.columns.joined(separator: ", "))) VALUES (\(marks))
                ON CONFLICT (job) DO NOTHING
                """, Self.row(status)) > 0
        }
    }

    /// Returns the statuses of all jobs, with the most recently updated first.
    ///
    /// - Throws: `SQLError`, or ``StatusError`` if a row of the table is not a valid status.
    public func statuses() async throws -> [JobStatus] {
        try await database.query(
            "SELECT \(Self.columns.joined(separator: ", ")) FROM \(Self.table) ORDER BY updated_at DESC, job"
        ).map { try Self.status($0) }
    }

    /// Returns the status of a job; `nil` if the table does not contain it.
    ///
    /// - Parameter job: The name of the job.
    /// - Throws: `SQLError`, or ``StatusError`` if the row is not a valid status.
    public func status(of job: String) async throws -> JobStatus? {
        try await database.query(
            "SELECT \(Self.columns.joined(separator: ", ")) FROM \(Self.table) WHERE job = $1", [.text(job)]
        ).first.map { try Self.status($0) }
    }

    static func row(_ status: JobStatus) -> [SQLValue] {
        [
            .text(status.job), .init(status.attempt), .text(status.phase.rawValue), .init(status.total),
            .init(status.done), .init(status.failed), .init(status.plannedAt), .init(status.deadline),
            .init(status.updatedAt), .init(status.detail),
        ]
    }

    static func status(_ row: [SQLValue]) throws -> JobStatus {
        guard row.count == columns.count, let job = row[0].string, let attempt = row[1].int,
            let phase = row[2].string.flatMap(JobStatus.Phase.init(rawValue:)), let total = row[3].int,
            let done = row[4].int, let failed = row[5].int, let updatedAt = row[8].int
        else { throw StatusError(row: row) }
        return JobStatus(
            job: job, attempt: attempt, phase: phase, total: total, done: done, failed: failed,
            plannedAt: row[6].int.map(Int64.init), deadline: row[7].int.map(Int64.init),
            updatedAt: Timestamp(milliseconds: Int64(updatedAt)), detail: row[9].string)
    }

    /// The error for a row of the table that is not a valid job status.
    public struct StatusError: Error, CustomStringConvertible, Sendable {
        let row: [SQLValue]

        public var description: String {
            "Table \(JobBoard.table) has a row that is not a valid job status: \(row). Remove it if it was not written by Millrace."
        }
    }
}
