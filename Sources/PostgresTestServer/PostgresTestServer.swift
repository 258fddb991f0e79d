import Foundation
import MillraceLibPQ
import Synchronization

/// A PostgreSQL server for tests, in a temporary folder, with a Unix domain socket there. A shell process stops the
/// server when the test process ends, also if it crashes.
///
/// ```swift
/// let server = try PostgresTestServer()
/// let database = try PostgresDatabase(server.makeDatabase())
/// ```
///
/// It needs the PostgreSQL server programs (Debian: `apt-get install postgresql`). It uses the newest version in
/// `/usr/lib/postgresql`, or the programs in the `PATH`. If run as root, it starts the server as the user `postgres`
/// or, if there is none, `nobody`. Data is not synchronised to disk.
public final class PostgresTestServer: Sendable {
    /// The temporary folder, which contains the data and the socket.
    public let folder: String
    private let process = Mutex<(shell: Process, life: Pipe)?>(nil)
    private let databases = Mutex(0)

    /// Creates a server and starts it.
    ///
    /// - Throws: ``Failure`` if the database cannot be initialised or the server does not accept connections within 30
    ///   seconds; another error if the folder cannot be created or a program cannot be started.
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

    /// Returns the connection string of a database of the server, for the user `test`.
    ///
    /// - Parameter database: The name of the database. Default: `postgres`.
    public func conninfo(database: String = "postgres") -> String { "host=\(folder) user=test dbname=\(database)" }

    /// Creates a new, empty database.
    ///
    /// - Returns: The connection string of the database.
    /// - Throws: `PostgresError` if the server cannot create it.
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

    /// Starts the server again after ``stop()``, with its existing databases. Returns when it accepts connections.
    ///
    /// - Throws: ``Failure`` with the server's log if it does not accept connections within 30 seconds.
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

    /// Starts the server, and stops it when a line (`stop`) or the end of its input is read. In the latter case the
    /// test process has ended, and the script removes the folder. (`wait` is not used: the shell has inherited the
    /// signal mask of the thread that started it, and would not be notified of the end of the server.)
    private static let script = """
        "$@" </dev/null >"$0/log" 2>&1 & server=$!
        read end; ended=$?
        kill -INT $server
        if [ $ended != 0 ]; then
            while [ -e "$0/data/postmaster.pid" ]; do sleep 0.1; done
            rm -rf "$0"
        fi
        """

    /// Stops the server. Returns when it has ended.
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

    /// The error of a server that could not be started.
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

    /// Returns the command line of a program of the newest installed server, run as a user that is not root.
    private static func command(_ program: String, _ arguments: [String]) -> [String] {
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = installed.compactMap { Int($0) }.max()
        let path = newest.map { "/usr/lib/postgresql/\($0)/bin/\(program)" } ?? program
        guard getuid() == 0 else { return [path] + arguments }
        // Not runuser or su, which would not pass the shell's signals on to the server.
        let user = getpwnam("postgres") == nil ? "nobody" : "postgres"
        let id = getpwnam(user).map { $0.pointee.pw_gid } ?? 65534
        return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(id)", "--clear-groups", path] + arguments
    }
}
