import Foundation
import Millrace

/// W6's second half: 8.6 million keys of state, kill -9, and how long until the first record after the restart.
enum RestartW6 {
    /// In a process of its own: goes on without end, says how far its checkpoints are and when its first record came.
    static func child(stateDirectory: String) async throws {
        let first = FirstRecord()
        let pipeline = Pipeline("w6-restart") { graph in
            graph.source(
                EngineWorkloads.source(1 << 40, in: TenMillionKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .fold(into: LatestValue()) { latest, record in
                if record.index >= latest.index { latest = LatestValue(index: record.index, value: record.value) }
            }
            .named("latest")
            .sink(FirstRecordSink(first: first))
        }
        var options = RunOptions(checkpoints: CheckpointOptions(directory: stateDirectory, every: .seconds(5)))
        options.parallelism = .tasks(2)
        options.onStatus = {
            print("status \($0.checkpoint) \($0.records)"); fflush(nil)
        }
        try await pipeline.run(options)
    }

    /// Fills the state, kills the process, and measures the restart, several times; milliseconds each.
    static func measure(executable: URL, parent: URL) throws -> [Double] {
        let directory = try StateDirectory(below: parent, for: .w6)
        defer { directory.remove() }
        // Until a checkpoint is stored after 20 million records: then the folder has 8.6 million keys.
        var checkpointAtFull: Int?
        try run(executable, directory.url.path) { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let checkpoint = Int(words[1]), let records = Int(words[2]) else { return true }
            if records >= 20_000_000, checkpointAtFull == nil { checkpointAtFull = checkpoint }
            return checkpointAtFull.map { checkpoint < $0 + 2 } ?? true
        }
        var milliseconds: [Double] = []
        for _ in 0..<3 {
            let started = DispatchTime.now()
            try run(executable, directory.url.path) { line in
                guard line == "first" else { return true }
                milliseconds.append(Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e6)
                return false
            }
        }
        return milliseconds
    }

    /// Starts the child and hands its lines to `goesOn` until that says no; then kills it.
    private static func run(_ executable: URL, _ directory: String, _ goesOn: (Substring) -> Bool) throws {
        let process = Process()
        process.executableURL = executable
        process.arguments = ["--restart-child", directory]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        var rest = Substring()
        while true {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { return }
            rest += String(decoding: data, as: UTF8.self)
            while let end = rest.firstIndex(of: "\n") {
                let line = rest[..<end]
                rest = rest[rest.index(after: end)...]
                if !goesOn(line) { return }
            }
        }
    }
}

/// Says once that a record has come through.
final class FirstRecord: Sendable {
    private let said = NSLock()

    func say() {
        if said.try() {
            print("first")
            fflush(nil)
        }
    }
}

/// Says when the first record reaches it; costs nothing afterwards.
struct FirstRecordSink: Sink {
    let first: FirstRecord

    var summary: String { "first record" }

    func open(_ context: SinkContext) -> Writer { Writer(first: first) }

    struct Writer: SinkWriter {
        let first: FirstRecord
        var isFirst = true

        mutating func write(_ record: Keyed<UInt64, LatestValue>, at time: Timestamp) {
            if isFirst {
                isFirst = false
                first.say()
            }
        }
    }
}
