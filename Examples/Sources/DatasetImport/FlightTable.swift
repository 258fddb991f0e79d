import Millrace
import MillraceFiles
import MillraceJobs
import MillraceSQL

/// The database's side: the entities, what a job requires, and what could not be made.
struct FlightTable: Sendable {
    let database: any SQLDatabase
    /// What its three tables' names begin with.
    var prefix = ""

    private var flightsTable: String { prefix + "flights" }
    private var requiredTable: String { prefix + "required" }
    private var rejectedTable: String { prefix + "rejected" }

    func create() async throws {
        try await database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(flightsTable) (
                id TEXT PRIMARY KEY, carrier TEXT NOT NULL, number BIGINT NOT NULL, tail TEXT, origin TEXT NOT NULL,
                destination TEXT NOT NULL, distance BIGINT NOT NULL)
            """)
        try await database.execute(
            "CREATE TABLE IF NOT EXISTS \(requiredTable) (job TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (job, id))")
        try await database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(rejectedTable) (
                job TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (job, id))
            """)
        try await JobBoard(database).create()
    }

    /// Removes what earlier jobs have left.
    func clear() async throws {
        for table in [flightsTable, requiredTable, rejectedTable] { try await database.execute("DELETE FROM \(table)") }
    }

    /// The flights that are there.
    var identifiers: Set<String> {
        get async throws {
            Set(try await database.query("SELECT id FROM \(flightsTable)").compactMap { $0.first?.string })
        }
    }

    /// What a job is to bring about.
    func require(_ flights: [Flight], job: String) async throws {
        try await database.insert(
            into: requiredTable, columns: ["job", "id"], rows: flights.map { [.init(job), .init($0.id)] },
            onConflict: .ignore)
    }

    /// Makes entities in one transaction. Those that are there already are left alone: a batch may come again after a
    /// crash.
    func add(_ flights: some Collection<Flight>) async throws {
        try await database.insert(
            into: flightsTable, columns: Flight.columns, rows: flights.map(\.row), onConflict: .ignore)
    }

    /// Notes an entity that cannot be made.
    func reject(_ flight: Flight, job: String, reason: String) async throws {
        try await database.insert(
            into: rejectedTable, columns: ["job", "id", "reason"],
            rows: [[.init(job), .init(flight.id), .init(reason)]],
            onConflict: .ignore)
    }

    /// The required entities that are not there.
    func missing(_ job: String) async throws -> MissingEntities {
        let missing = """
            FROM \(requiredTable) r WHERE r.job = $1 AND NOT EXISTS (SELECT 1 FROM \(flightsTable) f WHERE f.id = r.id)
            """
        let count = try await database.query("SELECT count(*) \(missing)", [.text(job)]).first?.first?.int ?? 0
        if count == 0 { return .none }
        let names = try await database.query(
            "SELECT r.id \(missing) ORDER BY r.id LIMIT \(JobVerdict.listed)", [.text(job)])
        return MissingEntities(names: names.compactMap { $0.first?.string }, count: count)
    }

    /// What is there, missing and rejected, for those who poll.
    func progress(_ job: String) async throws -> JobPoll.Progress {
        let wanted = try await count("SELECT count(*) FROM \(requiredTable) WHERE job = $1", job)
        let refused = try await database.query(
            "SELECT id, reason FROM \(rejectedTable) WHERE job = $1 ORDER BY id", [.text(job)]
        ).compactMap { row in
            row[0].string.flatMap { id in row[1].string.map { EntityFailure(id, $0) } }
        }
        var missing = try await missing(job)
        let known = Set(refused.map(\.entity))
        missing.names.removeAll { known.contains($0) }
        missing.count -= try await count(
            """
            SELECT count(*) FROM \(rejectedTable) j WHERE j.job = $1 AND NOT EXISTS (SELECT 1 FROM \(flightsTable) f WHERE f.id = j.id)
            """, job)
        return JobPoll.Progress(required: wanted == 0 ? nil : wanted, missing: missing, failures: refused)
    }

    func count(_ sql: String, _ job: String) async throws -> Int {
        try await database.query(sql, [.text(job)]).first?.first?.int ?? 0
    }

    /// Entities in all.
    var count: Int {
        get async throws { try await database.query("SELECT count(*) FROM \(flightsTable)").first?.first?.int ?? 0 }
    }
}
