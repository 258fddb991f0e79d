import Foundation
import Millrace
import MillraceFiles
import Synchronization

/// One large CSV file: whole, in two parts, and compressed. Flights and minutes of delay are summed up for each airport.
enum OneFile {
    static func run(_ text: Data, rows: Int, folder: URL) async throws {
        let file = try MainJob.writeFiles(text, rows: rows, to: folder)[0]
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        let whole = try await sums(of: .csvFile(at: file.path, decoding: Flight.self), "whole", size)
        let split = try await sums(
            of: .csvFile(at: file.path, decoding: Flight.self, splitSize: size / 2 + 1), "in two parts", size)
        guard split == whole else { throw WrongChecksum(name: "parts of a file") }
        for (tool, ending) in [("gzip", "gz"), ("zstd", "zst")] {
            guard compress(file, with: tool) else {
                print("one file, \(tool): the command is not installed")
                continue
            }
            let packed = try await sums(
                of: .csvFile(at: "\(file.path).\(ending)", decoding: Flight.self), "\(tool), default level", size)
            guard packed == whole else { throw WrongChecksum(name: tool) }
        }
    }

    private static func compress(_ file: URL, with tool: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool, "-k", "-q", file.path]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private static func sums(of source: CSVSchemaFiles<Flight>, _ name: String, _ size: Int) async throws -> [String] {
        let result = Results()
        let pipeline = Pipeline("one-file") { graph in
            graph.source(source, name: "flights")
                .keyed(by: \.origin)
                .aggregate(DelayStatistics(), emitting: .atCheckpoints)
                .forEach { result.note("\($0.key)", "\($0.value.flights) flights, \($0.value.totalMinutes) minutes") }
        }
        var options = RunOptions()
        options.parallelism = .tasks(2)
        let (started, processor) = (ContinuousClock.now, ProcessorTime.now)
        try await pipeline.run(options)
        print(
            "one file of \(size >> 20) MiB, \(name): \(MainJob.seconds(since: started)) s, "
                + "\(MainJob.rounded(ProcessorTime.now - processor)) s of processor time")
        return result.sorted
    }

    /// The last result of each airport.
    private final class Results: Sendable {
        private let last = Mutex<[String: String]>([:])

        func note(_ airport: String, _ result: String) { last.withLock { $0[airport] = result } }

        var sorted: [String] { last.withLock { $0.map { "\($0.key): \($0.value)" } }.sorted() }
    }
}
