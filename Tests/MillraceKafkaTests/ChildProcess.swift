import Foundation
import KafkaTestSupport

@testable import KafkaChild

/// A pipeline, or a broker, in a process of its own.
struct ChildProcess {
    let process = Process()
    private let errors = Pipe()

    static func program(_ name: String) -> URL {
        // Beside the test bundle.
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name)
    }

    init(_ name: String, _ arguments: [String]) throws {
        process.executableURL = Self.program(name)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
    }

    /// The pipeline of one of the shapes.
    static func pipeline(
        _ rig: KafkaRig, _ shape: TestPipeline, folder: String, parallelism: Int, recordsPerSecond: Double
    ) throws -> ChildProcess {
        try ChildProcess(
            "KafkaChild",
            [
                rig.address, rig.name, rig.topic("in"), rig.topic("out"), shape.rawValue, folder, "\(parallelism)",
                "\(recordsPerSecond)",
            ])
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func kill9() {
        signal(SIGKILL)
        process.waitUntilExit()
    }

    var isRunning: Bool { process.isRunning }

    /// Waits for the end; what it said on standard error, and its status.
    func finish() -> (status: Int32, message: String) {
        let message = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: message, as: UTF8.self))
    }
}
