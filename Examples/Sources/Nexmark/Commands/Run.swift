import ArgumentParser
import Foundation
import Millrace

/// Runs a query over files.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a query over persons.jsonl, auctions.jsonl and bids.jsonl, and write its rows as JSON Lines.",
        discussion: """
            Of rows that change, the last is written. A run that was killed is taken up again by the same command: its \
            state and its rows so far lie beside the output file until it is complete.
            """)

    @Argument(help: "q0 to q22.")
    var query: Query

    @Option(help: "The directory with the three files.")
    var input: String

    @Option(help: "The file for the rows.")
    var out: String

    @Option(help: "How much earlier than the latest one before it a row of the input may be, in seconds.")
    var disorder = 3600.0

    @Option(help: "Tasks of each keyed stage.")
    var parallelism = 2

    @Option(help: "Seconds between checkpoints.")
    var checkpointEvery = 1.0

    @Option(help: "Rows a second and file, for trying things out; no limit by default.")
    var rowsPerSecond: Double?

    @Option(help: "A file of lines key,value for q13 (default: each of 10,000 keys is its own value).")
    var sideInput: String?

    @Flag(help: "Forget what a run before this one left.")
    var fresh = false

    func run() async throws {
        let (parts, state) = (out + ".parts", out + ".state")
        if fresh { for path in [parts, state] { try? FileManager.default.removeItem(atPath: path) } }
        let pipeline = Pipeline(query.rawValue) { graph in
            let streams = EventStreams(
                graph, folder: input, disorder: .milliseconds(Int64(disorder * 1000)), sideInput: sideInput,
                rowsPerSecond: rowsPerSecond)
            query.declaration.declare(streams, Results(place: .directory(parts)))
        }
        var options = RunOptions(
            checkpoints: CheckpointOptions(directory: state, every: .milliseconds(Int64(checkpointEvery * 1000))))
        options.parallelism = .tasks(parallelism)
        options.logger.logLevel = .warning
        try await pipeline.run(options)
        let rows = try Self.join(parts, to: out)
        try? FileManager.default.removeItem(atPath: parts)
        try? FileManager.default.removeItem(atPath: state)
        print("\(query.rawValue): \(rows) rows in \(out)")
    }

    /// Puts the files of a directory together; the output is there whole or not at all.
    private static func join(_ directory: String, to path: String) throws -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let unfinished = path + ".unfinished"
        guard FileManager.default.createFile(atPath: unfinished, contents: nil),
            let file = FileHandle(forWritingAtPath: unfinished)
        else { throw ValidationError("\(unfinished) cannot be written") }
        var rows = 0
        for name in names.sorted() where name.hasSuffix(".jsonl") && !name.hasPrefix(".") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            rows += bytes.count { $0 == UInt8(ascii: "\n") }
            try file.write(contentsOf: bytes)
        }
        try file.close()
        guard rename(unfinished, path) == 0 else {
            throw ValidationError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return rows
    }
}
