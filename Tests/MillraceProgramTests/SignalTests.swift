import Foundation
import Testing

/// Programs whose operators do not come back, and signals.
@Suite struct SignalTests {
    /// Started, and in its operator.
    private static func start(_ kind: String, _ options: [String]) throws -> (process: Process, errors: Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("HeldUpProgram")
        process.arguments = ["run", "--kind", kind, "--quiet"] + options
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        #expect(!output.fileHandleForReading.availableData.isEmpty)
        return (process, errors)
    }

    /// The exit code and what was said, for a process that ends by itself.
    private static func end(_ started: (process: Process, errors: Pipe)) -> (code: Int32, errors: String) {
        // Where it does not end, the whole test run says so.
        let errors = String(decoding: started.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        started.process.waitUntilExit()
        #expect(started.process.terminationReason == .exit)
        return (started.process.terminationStatus, errors)
    }

    @Test(arguments: [("handler", "call", "'batches-1'"), ("threads", "at work", "'source-1'")])
    func aSecondSignalEndsTheProcessAtOnce(kind: String, what: String, name: String) throws {
        let started = try Self.start(kind, ["--stop-timeout", "1h"])
        kill(started.process.processIdentifier, SIGTERM)
        // Two signals that come at once are one.
        Thread.sleep(forTimeInterval: 0.3)
        kill(started.process.processIdentifier, SIGTERM)
        let (code, errors) = Self.end(started)
        #expect(code == 1)
        #expect(errors.contains("error: a second signal: ended at once"), "\(errors)")
        #expect(errors.contains(what) && errors.contains(name), "\(errors)")
    }

    /// By the run itself, or by the process if all threads are held up.
    @Test(arguments: ["handler", "threads"])
    func theStopTimeoutEndsTheProcess(kind: String) throws {
        let started = try Self.start(kind, ["--stop-timeout", "200ms"])
        kill(started.process.processIdentifier, SIGINT)
        let (code, errors) = Self.end(started)
        #expect(code == 1)
        let isByRun = errors.contains("did not end within 0.2 seconds (stopTimeout)")
        #expect(isByRun || kind == "threads" && errors.contains("has not ended in time"), "\(errors)")
        #expect(errors.contains("'source-1'"), "\(errors)")
    }
}
