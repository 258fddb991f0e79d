import ArgumentParser
import Foundation
import Millrace

/// Measures queries over events that are made as they are read.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure queries over events made in the process, with state in LMDB and checkpoints.")

    @Argument(help: "q0 to q22; all if none is given.")
    var queries: [Query] = Query.allCases

    @OptionGroup var options: GeneratorOptions

    @Option(help: "Tasks of each keyed stage, and partitions of the events.")
    var parallelism = 2

    @Option(help: "Seconds between checkpoints.")
    var checkpointEvery = 1.0

    func run() async throws {
        print("query      events  seconds     events/s    cpu s  checkpoints        rows")
        for query in queries {
            try await measure(query)
            // Seen as they come, wherever they go.
            fflush(nil)
        }
    }

    private func measure(_ query: Query) async throws {
        let generator = try options.generator()
        let state = NSTemporaryDirectory() + "nexmark-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let rows = RowCount()
        let pipeline = Pipeline(query.rawValue) { graph in
            let streams = EventStreams(
                graph, generator: generator, events: options.events, partitions: parallelism)
            query.declaration.declare(streams, Results(place: .count(rows)))
        }
        var settings = RunOptions(
            checkpoints: CheckpointOptions(directory: state, every: .milliseconds(Int64(checkpointEvery * 1000))))
        settings.parallelism = .tasks(parallelism)
        settings.logger.logLevel = .error
        let (begin, cpu) = (ContinuousClock.now, Self.processorSeconds)
        let status = try await pipeline.run(settings)
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        print(
            String(
                format: "%-5@ %11d %8.2f %12.0f %8.2f %12d %11d", query.rawValue as NSString, Int(options.events),
                seconds, Double(options.events) / seconds, Self.processorSeconds - cpu,
                Int(status.checkpoint.value), rows.value))
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
