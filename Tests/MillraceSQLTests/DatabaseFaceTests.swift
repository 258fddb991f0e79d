import MillraceSQL
import Synchronization
import Testing

/// The asynchronous face: insertions, statements, transactions.
@Suite struct DatabaseFaceTests {
    func table(_ kind: DatabaseKind, _ folder: TemporaryFolder) throws -> any SQLDatabase {
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT NOT NULL, size DOUBLE PRECISION)")
        return database
    }

    static let columns = ["id", "name"]

    @Test(arguments: DatabaseKind.allCases)
    func anInsertionIsWholeOrNotThere(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        try await database.insert(into: "items", columns: Self.columns, rows: [[1, "one"]])
        let error = await #expect(throws: SQLError.self) {
            try await database.insert(
                into: "items", columns: Self.columns, rows: [[2, "two"], [3, "three"], [1, "uno"], [4, "four"]])
        }
        #expect(error?.kind == .constraint)
        #expect(error?.isTransient == false)
        #expect(error?.place.row == [1, "uno"])
        expect(error, names: database.summary, "table items", "id = 1, name = 'uno'", "upsert")
        #expect(try database.rows(of: "items", columns: "name") == ["'one'"])
    }

    @Test(arguments: DatabaseKind.allCases)
    func conflictsAreIgnoredOrUpdated(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        try await database.execute("INSERT INTO items VALUES ($1, $2, $3)", [1, "one", 0.5])
        try await database.insert(
            into: "items", columns: Self.columns, rows: [[1, "x"], [2, "two"], [2, "zwei"]], onConflict: .ignore)
        #expect(try database.rows(of: "items") == ["1 'one' 0.5", "2 'two' NULL"])
        // The last of several rows with one key counts; columns that are not written stay.
        try await database.insert(
            into: "items", columns: Self.columns, rows: [[3, "a"], [1, "y"], [1, "z"], [3, "b"]],
            onConflict: .update(keys: ["id"]))
        #expect(try database.rows(of: "items") == ["1 'z' 0.5", "2 'two' NULL", "3 'b' NULL"])
        // A key alone.
        try await database.execute("CREATE TABLE seen (id BIGINT PRIMARY KEY)")
        for _ in 0..<2 {
            try await database.insert(
                into: "seen", columns: ["id"], rows: [[1], [1]], onConflict: .update(keys: ["id"]))
        }
        #expect(try database.rows(of: "seen") == ["1"])
    }

    @Test(arguments: DatabaseKind.allCases)
    func aKeyWithoutValueIsRefused(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        try await database.execute("CREATE TABLE loose (a TEXT, b TEXT, UNIQUE (a, b))")
        let error = await #expect(throws: SQLError.self) {
            try await database.insert(
                into: "loose", columns: ["a", "b"], rows: [["x", nil]], onConflict: .update(keys: ["a", "b"]))
        }
        expect(error, names: "key column b", "NULL", "a = 'x'")
    }

    @Test(arguments: DatabaseKind.allCases)
    func mistakesAreNamed(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        func failure(_ table: String, _ columns: [String], _ row: [SQLValue]) async -> SQLError? {
            await #expect(throws: SQLError.self) {
                try await database.insert(into: table, columns: columns, rows: [row])
            }
        }
        let noTable = await failure("item", ["id"], [1])
        #expect(noTable?.kind == .missing)
        expect(noTable, names: "item", "Create it")
        let noColumn = await failure("items", ["id", "nme"], [1, "x"])
        #expect(noColumn?.kind == .missing)
        expect(noColumn, names: "items", "nme")
        let noName = await failure("items", ["id", "name"], [1, nil])
        #expect(noName?.kind == .constraint)
        expect(noName, names: "items", "name", "id = 1")
        await #expect(throws: SQLError.self) { try await database.execute("SELEC 1") }
        await #expect(throws: SQLError.self) { try await database.query("SELECT * FROM nowhere") }
    }

    @Test(arguments: DatabaseKind.allCases)
    func statementsSayWhatTheyChanged(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        try await database.insert(into: "items", columns: Self.columns, rows: [[1, "a"], [2, "a"], [3, "b"]])
        #expect(try await database.execute("UPDATE items SET size = $2 WHERE name = $1", ["a", 2.5]) == 2)
        let rows = try await database.query(
            "UPDATE items SET size = 1.5 WHERE id = $1 RETURNING name, size", [3])
        #expect(rows == [["b", 1.5]])
        #expect(try await database.query("SELECT count(*), sum(size) FROM items") == [[3, 6.5]])
    }

    @Test(arguments: DatabaseKind.allCases)
    func aTransactionIsUndoneIfItsBodyThrows(_ kind: DatabaseKind) async throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        await #expect(throws: Stop.self) {
            try await database.transaction { session in
                try session.execute("INSERT INTO items VALUES (1, 'a', 1)", [])
                throw Stop()
            }
        }
        #expect(try database.rows(of: "items").isEmpty)
        let count = try await database.transaction { session in
            try session.execute("INSERT INTO items VALUES (1, 'a', 1)", [])
            return try session.query("SELECT count(*) FROM items", [])[0][0].int
        }
        #expect(count == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func manyAtOnce(_ kind: DatabaseKind) async throws {
        let folder = try TemporaryFolder()
        let database = try table(kind, folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batch in 0..<40 {
                group.addTask {
                    try await database.insert(
                        into: "items", columns: Self.columns,
                        rows: (0..<50).map { [.init(batch * 50 + $0), .text("batch \(batch)")] })
                    _ = try await database.query("SELECT count(*) FROM items")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.query("SELECT count(*), count(DISTINCT name) FROM items") == [[2000, 40]])
    }

    @Test func workWaitsItsTurn() async throws {
        let threads = WaitingThreads(count: 3)
        let load = Load()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await threads.perform {
                        load.enter()
                        defer { load.leave() }
                        return number
                    }
                }
            }
            var sum = 0
            for try await number in group { sum += number }
            #expect(sum == 199 * 200 / 2)
        }
        #expect(load.most <= 3)
    }
}

/// How many are at work.
private final class Load: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
}
