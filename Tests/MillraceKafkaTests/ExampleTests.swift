import Foundation
import KafkaTestSupport
import Testing

/// The examples do what they say, as processes of their own.
@Suite(.serialized, .timeLimit(.minutes(20))) struct ExampleTests {
    /// One of three workers is killed midway: its partitions go to the others, every job is done, none twice.
    @Test func everyJobIsDoneOnce() throws {
        let (status, text) = try run("FanOut", ["--jobs", "900", "--workers", "3"])
        #expect(status == 0, "\(text)")
        #expect(text.contains("worker-1 is killed"))
        #expect(text.contains("every one of 900 jobs is done, 0 of them more than once"), "\(text)")
    }

    @Test func eachWayOfCommittingDoesWhatItSays() throws {
        let (status, text) = try run("OffsetCommits", ["--measured", "300"])
        #expect(status == 0, "\(text)")
        func counts(_ name: String) -> (lost: Int, repeated: Int)? {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
            let words = line.dropFirst(name.count).split(separator: " ").compactMap { Int($0) }
            return words.count > 1 ? (words[0], words[1]) : nil
        }
        let atMostOnce = try #require(counts("at-most-once"))
        #expect(atMostOnce.lost > 0 && atMostOnce.repeated == 0)
        for name in ["periodic, 5 s", "per batch", "on checkpoint, 100 ms"] {
            let found = try #require(counts(name))
            // Seven or more, unless some of them were committed before: a first batch may be small.
            #expect(found.lost == 0 && found.repeated >= 1, "\(name): \(found)")
        }
        let perRecord = try #require(counts("per record"))
        #expect(perRecord == (0, 0))
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = ChildProcess.program(program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
