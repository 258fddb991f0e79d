import Millrace
import MillraceJobs
import MillraceSQL

/// The database's side: the entities, what a job requires, and what could not be made.
struct FlightTable: Sendable {
    let database: any SQLDatabase

    func create() async throws {
        try await database.execute(
            """
            CREATE TABLE IF NOT EXISTS flights (
                id TEXT PRIMARY KEY, carrier TEXT NOT NULL, number BIGINT NOT NULL, tail TEXT, origin TEXT NOT NULL,
                destination TEXT NOT NULL, distance BIGINT NOT NULL)
            """)
        try await database.execute(
            "CREATE TABLE IF NOT EXISTS required (job TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (job, id))")
        try await database.execute(
            """
            CREATE TABLE IF NOT EXISTS rejected (
                job TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (job, id))
            """)
        try await JobBoard(database).create()
    }

    /// What a job is to bring about.
    func require(_ flights: [Flight], job: String) async throws {
        try await database.insert(
            into: "required", columns: ["job", "id"], rows: flights.map { [.init(job), .init($0.id)] },
            onConflict: .ignore)
    }

    /// Makes entities in one transaction. Those that are there already are left alone: a batch may come again after a
    /// crash.
    func add(_ flights: some Collection<Flight>) async throws {
        try await database.insert(
            into: "flights", columns: Flight.columns, rows: flights.map(\.row), onConflict: .ignore)
    }

    /// Notes an entity that cannot be made.
    func reject(_ flight: Flight, job: String, reason: String) async throws {
        try await database.insert(
            into: "rejected", columns: ["job", "id", "reason"], rows: [[.init(job), .init(flight.id), .init(reason)]],
            onConflict: .ignore)
    }

    /// The required entities that are not there.
    func missing(_ job: String) async throws -> MissingEntities {
        let missing = """
            FROM required r WHERE r.job = $1 AND NOT EXISTS (SELECT 1 FROM flights f WHERE f.id = r.id)
            """
        let count = try await database.query("SELECT count(*) \(missing)", [.text(job)]).first?.first?.int ?? 0
        if count == 0 { return .none }
        let names = try await database.query(
            "SELECT r.id \(missing) ORDER BY r.id LIMIT \(JobVerdict.listed)", [.text(job)])
        return MissingEntities(names: names.compactMap { $0.first?.string }, count: count)
    }

    /// What is there, missing and rejected, for those who poll.
    func progress(_ job: String) async throws -> JobPoll.Progress {
        let required = try await count("SELECT count(*) FROM required WHERE job = $1", job)
        let rejected = try await database.query(
            "SELECT id, reason FROM rejected WHERE job = $1 ORDER BY id", [.text(job)]
        ).compactMap { row in
            row[0].string.flatMap { id in row[1].string.map { EntityFailure(id, $0) } }
        }
        var missing = try await missing(job)
        let known = Set(rejected.map(\.entity))
        missing.names.removeAll { known.contains($0) }
        missing.count -= try await count(
            """
            SELECT count(*) FROM rejected j WHERE j.job = $1 AND NOT EXISTS (SELECT 1 FROM flights f WHERE f.id = j.id)
            """, job)
        return JobPoll.Progress(required: required == 0 ? nil : required, missing: missing, failures: rejected)
    }

    func count(_ sql: String, _ job: String) async throws -> Int {
        try await database.query(sql, [.text(job)]).first?.first?.int ?? 0
    }

    /// Entities in all.
    var count: Int {
        get async throws { try await database.query("SELECT count(*) FROM flights").first?.first?.int ?? 0 }
    }
}
