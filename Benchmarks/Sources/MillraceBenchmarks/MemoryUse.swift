import Foundation
import Millrace

/// What operators with much state hold in memory, and what a time to live leaves in the store, with a given budget.
struct MemoryUse {
    /// Of `RunOptions.memoryBudget`.
    let megabytes: Int

    func measure(parent: URL) async throws {
        try await sessions(parent)
        try await intervalJoin(parent)
        try await timeToLive(parent)
    }

    private func run(_ pipeline: Pipeline, _ folder: URL) async throws {
        var options = RunOptions(checkpoints: CheckpointOptions(directory: folder.path, every: .seconds(1)))
        options.parallelism = .tasks(2)
        options.memoryBudget = megabytes << 20
        options.logger.logLevel = .error
        let status = try await pipeline.run(options)
        print(
            "  \(status.peakMemory >> 20) MB counted at most, \(Int(Double(status.records) / status.elapsed.inSeconds)) records/s"
        )
    }

    /// Anonymous memory alone: the store's file is mapped, and its pages are the system's to take back.
    private func anonymousMegabytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        for line in status.split(separator: "\n") where line.hasPrefix("RssAnon:") {
            return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
        }
        return 0
    }

    /// The most that `body` brings anonymous memory to, sampled.
    private func peak(_ body: () async throws -> Void) async throws -> Int {
        let sampler = Task {
            var most = 0
            while !Task.isCancelled {
                most = max(most, anonymousMegabytes())
                try? await Task.sleep(for: .milliseconds(50))
            }
            return most
        }
        try await body()
        sampler.cancel()
        return await sampler.value
    }

    /// A million keys with a session each that stays open.
    private func sessions(_ parent: URL) async throws {
        let directory = try StateDirectory(below: parent, for: .w4)
        defer { directory.remove() }
        let pipeline = Pipeline("sessions") { graph in
            graph.source(
                EngineWorkloads.source(10_000_000, in: MillionKeys.self),
                eventTime: { Timestamp(milliseconds: $0.timestamp) }, watermarks: .monotonic()
            )
            .keyed(by: \.key)
            .window(.session(gap: .hours(1)))
            .aggregate(Statistics(of: { Double($0.value) }))
            .sink(TallySink<WindowResult<UInt64, Statistics<WorkloadRecord>.Value>> { sum, _ in sum.countRow() })
        }
        let peak = try await peak { try await run(pipeline, directory.url) }
        print("sessions of 1,000,000 keys, 10 M records: \(peak) MB anonymous memory at most, budget \(megabytes) MB")
    }

    /// An hour of records on both sides.
    private func intervalJoin(_ parent: URL) async throws {
        let directory = try StateDirectory(below: parent, for: .w4)
        defer { directory.remove() }
        let records = 10_000_000
        let pipeline = Pipeline("join") { graph in
            // A record a millisecond: 3.6 million within the hour.
            let side: @Sendable (UInt64) -> GeneratorSource<WorkloadRecord> = { salt in
                GeneratorSource(partitions: 1, count: UInt64(records / 2)) { _, index in
                    WorkloadRecord(index: index &* 2 &+ salt, in: MillionKeys.self)
                }
            }
            let (left, right) = (
                graph.source(
                    side(0), name: "left", eventTime: { Timestamp(milliseconds: $0.timestamp * 100) },
                    watermarks: .monotonic().aligned(within: .seconds(60))),
                graph.source(
                    side(1), name: "right", eventTime: { Timestamp(milliseconds: $0.timestamp * 100) },
                    watermarks: .monotonic().aligned(within: .seconds(60)))
            )
            left.map { Keyed(key: $0.key, value: $0.value) }.joined(
                with: right.map { Keyed(key: $0.key, value: $0.value) }, on: { $0.key &* 7919 },
                equals: { $0.key &* 104_729 }
            )
            .intervalJoin(from: .zero, through: .hours(1), kind: .left)
            .sink(TallySink<Joined<UInt64, Keyed<UInt64, UInt64>, Keyed<UInt64, UInt64>?>> { sum, _ in sum.countRow() })
        }
        let peak = try await peak { try await run(pipeline, directory.url) }
        print(
            "interval join over an hour, \(records) records: \(peak) MB anonymous memory at most, budget \(megabytes) MB"
        )
    }

    /// A million keys that live for two seconds, then one that is used for six: what the store still holds.
    private func timeToLive(_ parent: URL) async throws {
        let directory = try StateDirectory(below: parent, for: .w4)
        defer { directory.remove() }
        func pipeline(_ count: UInt64, from first: UInt64, rate: Double?) -> Pipeline {
            Pipeline("forgetting") { graph in
                graph.source(
                    GeneratorSource(partitions: 1, count: nil) { _, index in index }, name: "keys",
                    recordsPerSecond: rate
                )
                .filter { _ in true }
                .keyed { $0 < 1_000_000 ? $0 : 0 }
                .process(to: UInt64.self) { states in
                    let seen = states.value("seen", of: UInt64.self, timeToLive: TimeToLive(.seconds(2)))
                    return ProcessFunction(onRecord: { record, _ in try seen.set(record) })
                }
                .named("seen").forEach { _ in }
            }
        }
        func entries() throws -> Int {
            var count = 0
            try StateInspection(directory: directory.url.path)
                .forEach(of: "seen", state: "seen", key: UInt64.self, value: UInt64.self) { _, _ in count += 1 }
            return count
        }
        func runFor(_ seconds: Double, rate: Double?) async throws {
            var options = RunOptions(checkpoints: CheckpointOptions(directory: directory.url.path, every: .seconds(1)))
            options.parallelism = .tasks(2)
            options.memoryBudget = megabytes << 20
            options.logger.logLevel = .error
            let stop = PipelineStop()
            let settled = options
            async let status = pipeline(0, from: 0, rate: rate).run(settled, stop: stop)
            try await Task.sleep(for: .seconds(seconds))
            stop.request()
            _ = try await status
        }
        try await runFor(1.2, rate: nil)
        let before = try entries()
        try await runFor(6, rate: 100)
        print("time to live of 2 s: \(before) keys in the store, \(try entries()) after 6 s in which one was used")
    }
}
