import Foundation

/// A program of this package, run to its end in the repository's folder.
struct ProgramRun {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    let status: Int32
    /// Standard output and standard error.
    let text: String

    /// - Parameters:
    ///   - database: what `MILLRACE_DATABASE` names; nothing by default, whatever the tests' own environment says.
    ///   - temporary: where the program keeps what it needs for the time being.
    init(_ program: String, _ arguments: [String], database: String? = nil, temporary: TemporaryFolder? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: program)
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        var environment = ProcessInfo.processInfo.environment
        environment["MILLRACE_DATABASE"] = database
        if let temporary { environment["TMPDIR"] = temporary.path }
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
