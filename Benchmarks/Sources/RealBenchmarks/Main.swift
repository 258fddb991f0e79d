import ArgumentParser
import Foundation

/// What records with text cost: decoding, encoding, state, and the main job on departures.
@main
struct RealBenchmarks: AsyncParsableCommand {
    @Option(help: "Folder of CSV files with departures.")
    var flights = "../Examples/Data/flights"

    @Option(help: "Rows of the main job.")
    var rows = 10_000_000

    @Option(help: "What to measure: json, state, csv, file, job; may be given several times. Default: all.")
    var only: [String] = []

    @Option(
        help:
            "Folder of two CSV files for the main job, with the columns of nycflights13's flights. Default: they are made."
    )
    var input: String?

    @Flag(help: "The main job alone, without loop and check: for a profiler.")
    var profile = false

    @Option(help: "Where files and state go while a run lasts.")
    var folder = "/tmp"

    func run() async throws {
        var text = Data()
        for file in try FileManager.default.contentsOfDirectory(atPath: flights).sorted() where file.hasSuffix(".csv") {
            let more = try Data(contentsOf: URL(filePath: flights + "/" + file))
            text += text.isEmpty ? more : more.drop { $0 != 10 }.dropFirst()
        }
        if runs("json") { try Codecs.json() }
        if runs("state") { try Codecs.state() }
        if runs("csv") { try CSVDecoding.run(rows: text) }
        if runs("file") { try await oneFile(text) }
        if runs("job") { try await mainJob(text) }
    }

    private func runs(_ part: String) -> Bool { only.isEmpty || only.contains(part) }

    private func oneFile(_ text: Data) async throws {
        let folder = URL(filePath: folder).appending(
            path: "millrace-one-file-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OneFile.run(text, rows: rows, folder: folder)
    }

    private func mainJob(_ text: Data) async throws {
        let folder = URL(filePath: folder).appending(
            path: "millrace-main-job-\(ProcessInfo.processInfo.processIdentifier)")
        let (input, state) = (folder.appending(path: "input"), folder.appending(path: "state"))
        for each in [input, state] {
            try FileManager.default.createDirectory(at: each, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [URL] = []
        if let given = self.input {
            files = try FileManager.default.contentsOfDirectory(
                at: URL(filePath: given), includingPropertiesForKeys: nil
            )
            .filter { $0.pathExtension == "csv" }
        } else {
            files = try MainJob.writeFiles(text, rows: rows, to: input)
        }
        guard files.count == 2 else { throw ValidationError("--input has to have two CSV files, found \(files.count)") }
        let expected = profile ? nil : MainJob.loop(files)
        try await MainJob.engine(files[0].deletingLastPathComponent(), state: state, expected: expected)
    }
}
