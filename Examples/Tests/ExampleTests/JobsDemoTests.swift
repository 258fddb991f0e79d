import Foundation
import PostgresTestServer
import Testing

/// `make jobs-demo` with a PostgreSQL database instead of a file of its own.
@Suite(.timeLimit(.minutes(10))) struct JobsDemoTests {
    /// A fresh database first, then the one that the first run has left: its three ways must not meet in one table.
    @Test func onAFreshDatabaseAndAgain() throws {
        let name = try #require(PostgresTestServer.shared.get().makeDatabase().split(separator: "=").last)
        let january = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: ProgramRun.root.appending(path: "Examples/Data/flights/2013-01.csv").path,
            toPath: january.file("2013-01.csv"))
        let address = "postgresql://test@/\(name)?host=\(try PostgresTestServer.shared.get().folder)"
        for round in 1...2 {
            let run = try ProgramRun(
                "DatasetImport",
                ["--database", address, "--input", january.path, "--limit", "1000", "--size", "100"])
            #expect(run.status == 0, "round \(round): \(run.text)")
            #expect(run.text.ranges(of: "1000 of 1000 flights, each once").count == 3, "round \(round): \(run.text)")
        }
    }
}
