import Foundation
import MillraceLibPQ
import Synchronization

/// A PostgreSQL server for tests, in a temporary folder, reached by a socket there. It ends when the tests do, however they
/// end: a shell waits for that beside it.
///
/// ```swift
/// let server = try PostgresTestServer()
/// let database = try PostgresDatabase(server.makeDatabase())
/// ```
///
/// Needs the server's programs (Debian: `apt-get install postgresql`); the newest version in `/usr/lib/postgresql` is used,
/// or what is in the `PATH`. Run as root, it starts the server as the user `postgres` or, if there is none, `nobody`.
public final class PostgresTestServer: Sendable {
    /// Where its socket is.
    public let folder: String
    private let process = Mutex<(shell: Process, life: Pipe)?>(nil)
    private let databases = Mutex(0)

    /// Makes a server and starts it. Throws `Failure` if the server's programs are missing or it does not come up within
    /// 30 seconds.
    public init() throws {
        folder = NSTemporaryDirectory() + "millrace-sql-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 {
            // The server refuses to run as root.
            guard let user = getpwnam("postgres") ?? getpwnam("nobody") else {
                throw Failure(message: "there is no user to run a server as")
            }
            chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        try Self.run(
            "initdb", ["-D", file("data"), "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
        try start()
    }

    /// What `PostgresDatabase` is given to connect to a database of the server, as the user `test`.
    public func conninfo(database: String = "postgres") -> String { "host=\(folder) user=test dbname=\(database)" }

    /// Makes a database, and returns what is needed to connect to it.
    public func makeDatabase() throws -> String {
        let number = databases.withLock { Self.next(&$0) }
        let name = "test\(number)"
        try PostgresConnection(conninfo()).run("CREATE DATABASE \(name)")
        return conninfo(database: name)
    }

    private static func next(_ count: inout Int) -> Int {
        count += 1
        return count
    }

    /// Starts it again after `stop`, with the databases it had, and returns when it can be connected to.
    public func start() throws {
        let shell = Process()
        let life = Pipe()
        let server = Self.command(
            "postgres", ["-D", file("data"), "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"])
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", Self.script, folder] + server
        shell.standardInput = life
        try shell.run()
        process.withLock { $0 = (shell, life) }
        let deadline = ContinuousClock.now + .seconds(30)
        while (try? PostgresConnection(conninfo())) == nil {
            guard ContinuousClock.now < deadline else {
                throw Failure(message: (try? String(contentsOfFile: file("log"), encoding: .utf8)) ?? "no log")
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// Starts the server, and ends it when a line comes (`stop`), or no more can come: then nobody else tidies up. (No `wait`:
    /// the shell has the signal mask of the thread that started it, and would not hear of the server's end.)
    private static let script = """
        "$@" </dev/null >"$0/log" 2>&1 & server=$!
        read end; ended=$?
        kill -INT $server
        if [ $ended != 0 ]; then
            while [ -e "$0/data/postmaster.pid" ]; do sleep 0.1; done
            rm -rf "$0"
        fi
        """

    /// Stops it, and returns when it is gone.
    public func stop() {
        let running = process.withLock { process in
            defer { process = nil }
            return process
        }
        try? running?.life.fileHandleForWriting.write(contentsOf: Data("end\n".utf8))
        while FileManager.default.fileExists(atPath: file("data/postmaster.pid")) {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func file(_ name: String) -> String { folder + "/" + name }

    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        let message: String
        public var description: String { "no PostgreSQL server to test with (apt-get install postgresql): \(message)" }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        let words = command(program, arguments)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(message: text) }
    }

    /// The words of a command of the newest server that is installed, as a user that may run it.
    private static func command(_ program: String, _ arguments: [String]) -> [String] {
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = installed.compactMap { Int($0) }.max()
        let path = newest.map { "/usr/lib/postgresql/\($0)/bin/\(program)" } ?? program
        guard getuid() == 0 else { return [path] + arguments }
        // Not runuser or su, which would stand between the shell's signals and the server.
        let user = getpwnam("postgres") == nil ? "nobody" : "postgres"
        let id = getpwnam(user).map { $0.pointee.pw_gid } ?? 65534
        return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(id)", "--clear-groups", path] + arguments
    }
}
