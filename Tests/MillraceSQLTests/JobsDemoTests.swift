import Foundation
import Testing

/// `make jobs-demo` with a PostgreSQL database instead of a file of its own.
@Suite(.timeLimit(.minutes(10))) struct JobsDemoTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// A fresh database first, then the one that the first run has left: its three ways must not meet in one table.
    @Test func onAFreshDatabaseAndAgain() throws {
        let name = try #require(PostgresServer.shared.get().makeDatabase().split(separator: "=").last)
        let january = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: Self.root.appending(path: "Examples/Data/flights/2013-01.csv").path,
            toPath: january.file("2013-01.csv"))
        let address = "postgresql://test@/\(name)?host=\(try PostgresServer.shared.get().folderPath)"
        for round in 1...2 {
            let (status, text) = try Self.demonstrate([
                "--database", address, "--input", january.path, "--limit", "1000", "--size", "100",
            ])
            #expect(status == 0, "round \(round): \(text)")
            #expect(text.ranges(of: "1000 of 1000 flights, each once").count == 3, "round \(round): \(text)")
        }
    }

    private static func demonstrate(_ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "DatasetImport")
        process.arguments = arguments
        process.currentDirectoryURL = root
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
