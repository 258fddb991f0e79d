import Foundation
import Millrace
import MillracePostgres
import PostgresTestServer
import Testing

@testable import MillraceSQL

/// Rows that are published while an earlier attempt at the same is still at its COMMIT, or somebody else has taken over.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PublishingTests {
    /// A sink of numbers, with a run of it.
    struct Numbers: Sendable {
        let sink: TableSink<Int>
        let run: SinkRun

        init(_ database: any SQLDatabase, _ mode: TableMode = .insert, folder: String = "f", isRestart: Bool = false) {
            sink = database.table("numbers", columns: ["n"], mode: mode, retryTimeout: .seconds(20)) { [.init($0)] }
            run = SinkRun(pipeline: "p", operatorID: "out", folder: folder, isRestart: isRestart)
        }

        func start(_ mode: StartMode = .new) throws { try sink.recover([], start: mode, in: run) }

        /// What the checkpoint's epoch leaves to be published: one number.
        func prepared(_ number: Int, task: Int = 0) throws -> PendingOutput {
            let checkpoint = CheckpointNumber(UInt64(number))
            var writer = sink.open(SinkContext(task: task, epoch: checkpoint, run: run))
            try writer.write(number, at: Timestamp(milliseconds: 0))
            let description = writer.prepare(checkpoint)
            return PendingOutput(checkpoint: checkpoint, task: task, description: try #require(description))
        }

        /// Publishes as a checkpoint does.
        func write(_ output: PendingOutput) throws {
            try sink.makeDurable(output)
            try sink.publish(output)
        }
    }

    static func numbers(_ database: any SQLDatabase) throws -> [Int] {
        try database.rows(of: "numbers", columns: "n").compactMap { Int($0) }.sorted()
    }

    /// Has each COMMIT that wrote numbers take a while.
    static func slowDown(_ database: any SQLDatabase, seconds: Double) throws {
        try database.run(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM pg_sleep(\(seconds)); RETURN NULL; END $f$"
        )
        try database.run(
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON numbers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )
    }

    /// The connection is cut at every few bytes of a publication, in both directions, with COMMITs that take their time: the
    /// next attempt comes while the server is still at the last one.
    @Test(arguments: SocketProxy.Direction.allCases)
    func aConnectionIsCutAnywhere(direction: SocketProxy.Direction) throws {
        let server = try PostgresTestServer()
        let direct = try PostgresDatabase(server.makeDatabase())
        try direct.run("CREATE TABLE numbers (n BIGINT)")
        try Self.slowDown(direct, seconds: 0.1)
        let name = try #require(direct.summary.split(separator: " ").dropFirst().first)
        let folder = try #require(server.conninfo().split(separator: " ").first?.dropFirst(5))
        let proxy = try SocketProxy(upstream: String(folder))
        let database = try PostgresDatabase("host=\(proxy.host) user=test dbname=\(name)")
        let numbers = Numbers(database)
        try numbers.start()
        _ = proxy.takeCounts()
        try numbers.write(try numbers.prepared(1))
        let whole = try #require(proxy.takeCounts()[direction])
        var last = 1
        var cuts = 0
        for bytes in stride(from: 1, through: whole + 20, by: direction == .toServer ? 17 : 4) {
            last += 1
            let output = try numbers.prepared(last)
            proxy.cut(after: bytes, direction)
            try numbers.write(output)
            cuts += proxy.wasCut ? 1 : 0
            proxy.cutNothing()
            // Again, as after a restart that does not know how it went.
            try numbers.write(output)
        }
        #expect(cuts > 20, "\(cuts) cuts")
        #expect(try Self.numbers(direct) == Array(1...last), "\(whole) bytes \(direction)")
    }

    /// Two threads publish one epoch at the same time.
    @Test(arguments: DatabaseKind.allCases)
    func onePublicationAtATime(_ kind: DatabaseKind) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT)")
        if kind == .postgres { try Self.slowDown(database, seconds: 0.2) }
        let numbers = Numbers(database)
        try numbers.start()
        for number in 1...3 {
            let output = try numbers.prepared(number)
            DispatchQueue.concurrentPerform(iterations: 3) { _ in
                do { try numbers.write(output) } catch { Issue.record(error) }
            }
        }
        #expect(try Self.numbers(database) == [1, 2, 3])
    }

    /// A copy of the state folder, or the same on another machine, goes on; the first run wakes up and wants to write.
    @Test(arguments: DatabaseKind.allCases, [TableMode.insert, .upsert(keys: ["n"])])
    func aReplacedRunWritesNothing(_ kind: DatabaseKind, _ mode: TableMode) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        let first = Numbers(database, mode)
        try first.start()
        try first.write(try first.prepared(1))
        let late = try first.prepared(2)
        let second = Numbers(database, mode)
        try second.start(.resumed(CheckpointNumber(1)))
        #expect(throws: TableTakenOver.self) { try first.write(late) }
        #expect(try Self.numbers(database) == [1])
        try second.write(try second.prepared(2))
        #expect(throws: TableTakenOver.self) { try first.write(late) }
        // Nor does it come back by a restart.
        let again = SinkRun(pipeline: "p", operatorID: "out", folder: "f", isRestart: true)
        #expect(throws: TableTakenOver.self) {
            try first.sink.recover([], start: .resumed(CheckpointNumber(2)), in: again)
        }
        try second.sink.recover([], start: .resumed(CheckpointNumber(2)), in: again)
        try second.write(try second.prepared(3))
        #expect(try Self.numbers(database) == [1, 2, 3])
    }

    /// A start that is refused shuts nobody out.
    @Test(arguments: DatabaseKind.allCases)
    func aRefusedStartTakesNothingOver(_ kind: DatabaseKind) throws {
        let folder = try TemporaryFolder()
        let database = try kind.make(in: folder)
        try database.run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")
        let first = Numbers(database)
        try first.start()
        try first.write(try first.prepared(1))
        let other = Numbers(database, folder: "another")
        #expect(throws: SinkError.self) { try other.start() }
        try first.write(try first.prepared(2))
        #expect(try Self.numbers(database) == [1, 2])
    }
}
