import Foundation
import KafkaTestBroker

/// A broker in a process of its own: this program, started again.
final class ServedBroker {
    private let process = Process()
    let address: String

    init() throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--serve"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        address = line.trimmingCharacters(in: .whitespacesAndNewlines)
        guard address.contains(":") else { throw BenchError("the broker's process did not start: \(line)") }
    }

    func stop() { process.terminate() }

    /// The other side: runs until it is killed.
    static func serve() async throws {
        let broker = try await KafkaTestBroker.start()
        FileHandle.standardOutput.write(Data((broker.address + "\n").utf8))
        try await Task.sleep(for: .seconds(100_000))
        try await broker.stop()
    }
}
