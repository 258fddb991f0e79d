import ArgumentParser
import Foundation
import KafkaTestBroker
import Millrace
import MillraceDatabases
import MillraceJobs

/// `demo`: plans a job, starts three instances, kills one midway, and says how the job ended.
struct Demonstration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "The whole demonstration.")

    @Option(help: "Only this way: \(Way.allCases.map(\.rawValue).joined(separator: ", ")) (default: all, one by one).")
    var way: Way?

    @Option(help: "A cluster, host:port (default: a broker of its own, in memory).")
    var brokers: String?

    @Option(
        help:
            "A PostgreSQL database to use instead of a SQLite file of its own: postgresql://USER@HOST/DATABASE; or \(DatabaseAddress.variable) in the environment. Its tables demo_... are emptied."
    )
    var database: String?

    @Option(help: "Folder of CSV files.")
    var input = "Examples/Data/flights"

    @Option(help: "Flights.")
    var limit = 10_000

    @Option(help: "Flights a batch.")
    var size = 250

    @Option(
        help: "The number of a flight that lacks its distance: the job fails, and is resumed with the flight mended.")
    var poison: Int?

    @Option(help: "Milliseconds that a batch takes longer, so that there is something to kill.")
    var delay = 50

    @Flag(inversion: .prefixedNo, help: "Kill one of the instances midway.")
    var kill = true

    func run() async throws {
        let database = database ?? ProcessInfo.processInfo.environment[DatabaseAddress.variable]
        let broker = brokers == nil ? try await KafkaTestBroker.start() : nil
        let folder = FileManager.default.temporaryDirectory.appending(path: "dataset-import-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var isGood = true
        for way in way.map({ [$0] }) ?? Way.allCases {
            let trial = Trial(
                way: way, brokers: brokers ?? broker?.address ?? "",
                database: database ?? "sqlite:\(folder)/\(way.rawValue).db",
                folder: folder, demonstration: self)
            if try await !trial.run() { isGood = false }
        }
        try await broker?.stop()
        if !isGood { throw ExitCode.failure }
    }
}
