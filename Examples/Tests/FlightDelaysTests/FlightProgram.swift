import Foundation

/// The FlightDelays executable as a child process, with folders of its own.
struct FlightProgram {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "flights-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
        // The first flights of four months: small enough to be read in seconds at a low rate.
        for month in ["01", "02", "07", "12"] {
            let text = try String(
                contentsOfFile: "\(Self.package)/Examples/Data/flights/2013-\(month).csv", encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(601)
            try (lines.joined(separator: "\n") + "\n").write(
                toFile: "\(input)/\(month).csv", atomically: true, encoding: .utf8)
        }
    }

    var input: String { folder + "/in" }
    func output(_ name: String) -> String { folder + "/out-" + name }

    static var package: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
    }

    /// Beside the test bundle.
    static var executable: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("FlightDelays")
    }

    func start(_ name: String, parallelism: Int, rate: Int? = nil) throws -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments =
            [
                "run", "--input", input, "--output", output(name), "--state", folder + "/state-" + name,
                "--checkpoint-every", "50ms", "--parallelism", "\(parallelism)", "--quiet",
            ] + (rate.map { ["--rate", "\($0)"] } ?? [])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.standardError
        try process.run()
        return process
    }

    /// Runs to the end; the exit code.
    func run(_ name: String, parallelism: Int = 2) throws -> Int32 {
        let process = try start(name, parallelism: parallelism)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// All published lines, sorted.
    func lines(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: output(name)).filter { $0.hasPrefix("part-") }
            .flatMap { try String(contentsOfFile: output(name) + "/" + $0, encoding: .utf8).split(separator: "\n") }
            .map(String.init).sorted()
    }

    /// Hidden files that nobody will ever publish.
    func leftovers(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: output(name)).filter { $0.hasPrefix(".part-") }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
