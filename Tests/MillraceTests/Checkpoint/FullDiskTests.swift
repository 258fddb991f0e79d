import Foundation
import Millrace
import MillraceTesting
import Synchronization
import Testing

/// A disk without room is waited for, below the state folder as below the output folder.
@Suite struct FullDiskTests {
    /// A small file system of its own; only root may make one.
    final class SmallDisk: Sendable {
        let path = NSTemporaryDirectory() + "millrace-disk-" + UUID().uuidString
        private var filler: String { path + "/filler" }

        init?(megabytes: Int) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard try Self.call("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "none", path) else {
                print("no file system can be mounted here: not tested")
                return nil
            }
        }

        deinit {
            _ = try? Self.call("umount", path)
            try? FileManager.default.removeItem(atPath: path)
        }

        /// Leaves no room.
        func fill() {
            guard let file = fopen(filler, "a") else { return }
            let block = [UInt8](repeating: 1, count: 4096)
            setvbuf(file, nil, _IONBF, 0)
            while fwrite(block, 1, block.count, file) == block.count {}
            fclose(file)
        }

        func free() { unlink(filler) }

        private static func call(_ arguments: String...) throws -> Bool {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = arguments
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }

    static func options(_ state: String, _ seen: SeenStatus) -> RunOptions {
        var options = RunOptions(checkpoints: .init(directory: state, every: .milliseconds(20)))
        options.logger.logLevel = .critical
        options.statusInterval = .milliseconds(20)
        options.onStatus = { seen.note($0) }
        return options
    }

    final class SeenStatus: Sendable {
        private let last = Mutex<PipelineStatus?>(nil)
        func note(_ status: PipelineStatus) { last.withLock { $0 = status } }
        var value: PipelineStatus? { last.withLock { $0 } }

        func wait(_ condition: (PipelineStatus) -> Bool) async throws {
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end {
                if let value, condition(value) { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("not seen within a minute: \(String(describing: value))")
        }
    }

    @Test func aFullDiskBelowTheStateIsWaitedFor() async throws {
        guard let disk = try SmallDisk(megabytes: 8) else { return }
        let (output, seen) = (TestOutput<Keyed<Int, Int>>(), SeenStatus())
        let pipeline = Pipeline("counts") { graph in
            graph.source(.memory([Array(0..<4000)]), recordsPerSecond: 2000).keyed { $0 }
                .fold(into: 0) { count, _ in count += 1 }.sink(output)
        }
        let options = Self.options(disk.path + "/state", seen)
        async let run = pipeline.run(options)
        try await seen.wait { $0.records > 200 && $0.checkpoint.value > 2 }
        disk.fill()
        try await seen.wait { $0.failedCheckpoints >= 3 }
        disk.free()
        let status = try await run
        #expect(status.isFinished && status.restarts == 0)
        #expect(Set(output.records.map(\.key)).count == 4000)
        #expect(output.records.count == 4000)
    }

    @Test func soIsOneAtTheStart() async throws {
        guard let disk = try SmallDisk(megabytes: 8) else { return }
        let (output, seen) = (TestOutput<Int>(), SeenStatus())
        let pipeline = Pipeline("numbers") { graph in graph.source(.memory([Array(0..<10)])).sink(output) }
        disk.fill()
        let options = Self.options(disk.path + "/state", seen)
        async let run = pipeline.run(options)
        try await Task.sleep(for: .milliseconds(700))
        #expect(output.records.isEmpty)
        disk.free()
        #expect(try await run.isFinished)
        #expect(output.records == Array(0..<10))
    }

    /// Nobody waits for a stop longer than `stopTimeout`, and what it waits for is named.
    @Test func aStopNamesTheFullDisk() async throws {
        guard let disk = try SmallDisk(megabytes: 8) else { return }
        let seen = SeenStatus()
        let pipeline = Pipeline("counts") { graph in
            graph.source(.memory([Array(0..<1_000_000)]), recordsPerSecond: 2000).keyed { $0 }
                .fold(into: 0) { count, _ in count += 1 }.forEach { _ in }
        }
        var options = Self.options(disk.path + "/state", seen)
        options.stopTimeout = .seconds(2)
        let (settled, stop) = (options, PipelineStop())
        let run = Task { try await pipeline.run(settled, stop: stop) }
        try await seen.wait { $0.checkpoint.value > 2 }
        disk.fill()
        try await seen.wait { $0.failedCheckpoints >= 2 }
        stop.request()
        let error = await #expect(throws: PipelineError.self) { _ = try await run.value }
        #expect("\(try #require(error))".contains("room"), "\(error as Any)")
        disk.free()
    }
}
