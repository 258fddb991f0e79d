import Foundation
import Millrace
import MillraceSQL
import MillraceSQLite
import MillraceTesting
import Testing

/// A database that has lost what was committed: an older backup, a log that was removed, a file that was replaced.
@Suite struct LostCommitTests {
    static func pipeline(_ database: any SQLDatabase, _ mode: TableMode, records: Int = 60) -> Pipeline {
        let script = (0..<records).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(4))] }
        return Pipeline("numbers") { graph in
            graph.source(ScriptedSource([script]), name: "in")
                .sink(
                    database.table("numbers", columns: ["n"], mode: mode, retryTimeout: .milliseconds(100)) {
                        [.init($0)]
                    },
                    name: "out")
        }
    }

    static func test(_ folder: TemporaryFolder, dropping: Set<String> = []) -> PipelineTest {
        PipelineTest(
            seed: 1,
            checkpoints: .init(
                directory: folder.file("state"), every: .milliseconds(10), allowNonRestoredState: dropping))
    }

    static let modes = [TableMode.insert, .upsert(keys: ["n"])]

    /// The database as it was after some of the checkpoints, and the folder as it is after more.
    @Test(arguments: DatabaseKind.allCases, modes)
    func anOlderBackupIsRefused(_ kind: DatabaseKind, mode: TableMode) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        try Self.test(folder).run(Self.pipeline(database, mode), stoppingAt: .milliseconds(60))
        let tables = ["numbers", "millrace_checkpoints"]
        for table in tables { try database.run("CREATE TABLE \(table)_backup AS SELECT * FROM \(table)") }
        let there = try database.rows(of: "numbers", columns: "n").count
        try Self.test(folder).run(Self.pipeline(database, mode), stoppingAt: .milliseconds(160))
        #expect(try database.rows(of: "numbers", columns: "n").count > there)
        for table in tables {
            try database.run("DELETE FROM \(table)")
            try database.run("INSERT INTO \(table) SELECT * FROM \(table)_backup")
        }
        let error = #expect(throws: (any Error).self) { try Self.test(folder).run(Self.pipeline(database, mode)) }
        expect(
            error, names: "'out'", "numbers", "is missing", "older backup", "--fresh", "--drop-state out", "checkpoints"
        )
        // Nothing was written; with leave it goes on.
        #expect(try database.rows(of: "numbers", columns: "n").count == there)
        try Self.test(folder, dropping: ["out"]).run(Self.pipeline(database, mode))
        let rows = try database.rows(of: "numbers", columns: "n").count
        #expect(rows > there && rows < 60)
        // From there on all is well.
        try Self.test(folder).run(Self.pipeline(database, mode))
    }

    /// Crashes between storing and publishing are no loss.
    @Test(arguments: DatabaseKind.allCases, modes)
    func aCrashIsNoLoss(_ kind: DatabaseKind, mode: TableMode) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        let points: [(CheckpointNumber) -> CrashPoint] = [
            { .outputDurable($0) }, { .insideCommit($0) }, { .committed($0) }, { .published($0) },
        ]
        for (number, point) in points.enumerated() {
            try Self.test(folder).runUntilCrash(
                Self.pipeline(database, mode), at: point(CheckpointNumber(UInt64(number) * 3 + 2)))
        }
        try Self.test(folder).run(Self.pipeline(database, mode))
        #expect(try database.rows(of: "numbers", columns: "n").count == 60)
    }

    enum Fault: String, CaseIterable, Sendable {
        case removed, replaced, logRemoved
    }

    /// While it is open.
    @Test(arguments: Fault.allCases)
    func aFileThatIsTakenAwayIsNoticed(_ fault: Fault) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("shop.db")
        let database = SQLiteDatabase(path: path)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        let done = Switch()
        let pipeline = Pipeline("numbers") { graph in
            let script = (0..<60).flatMap { [ScriptedSource<Int>.Step.record($0), .silence(.milliseconds(4))] }
            graph.source(ScriptedSource([script]), name: "in")
                .map { number in
                    if number == 30, done.flip() {
                        switch fault {
                        case .removed: try FileManager.default.removeItem(atPath: path)
                        case .replaced:
                            try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
                            try FileManager.default.copyItem(atPath: path + ".old", toPath: path)
                        case .logRemoved: try FileManager.default.removeItem(atPath: path + "-wal")
                        }
                    }
                    return number
                }
                .sink(
                    database.table("numbers", columns: ["n"], retryTimeout: .milliseconds(100)) { [.init($0)] },
                    name: "out"
                )
        }
        let error = #expect(throws: (any Error).self) { try Self.test(folder).run(pipeline) }
        expect(error, names: "shop.db", "was re", "while it was open")
    }
}
