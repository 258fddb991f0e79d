import ArgumentParser
import Foundation
import Logging
import Millrace
import ServiceLifecycle

/// The command `run`, which runs the pipeline and shows its progress on standard error.
struct RunCommand<Program: PipelineProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "run", abstract: "Run the pipeline (the default).")
    }

    @Option(help: "Tasks of each keyed stage (default: as many as partitions, up to the number of processors).")
    var parallelism: Int?

    @Option(
        help:
            "Folder for checkpoints\(Program.defaultState.map { " (default: \($0))" } ?? "; none are taken without it")."
    )
    var state: String?

    @Option(help: "Time between two checkpoints: 500ms, 1s, 2m (default: 1s).")
    var checkpointEvery: Interval?

    @Flag(help: "Forget state and output of earlier runs, and start from the beginning.")
    var fresh = false

    @Option(help: "Operator (or operator/state) whose stored state is dropped because it is no longer in the graph.")
    var dropState: [String] = []

    @Option(help: "Memory for keyed state, in MiB (default: 1024).")
    var memory: Int?

    @Flag(help: "Process the available input, leave windows open, and continue with new input in the next run.")
    var availableNow = false

    @Option(
        help:
            "How long the run may take to end after SIGTERM or SIGINT (default: 25s). A second signal ends it at once; the last checkpoint is kept."
    )
    var stopTimeout: Interval?

    @Flag(help: "Show no progress.")
    var quiet = false

    @OptionGroup var program: Program

    func validate() throws {
        if let parallelism, parallelism < 1 {
            throw ValidationError("--parallelism must be at least 1, got \(parallelism)")
        }
        if let memory, memory < 1 { throw ValidationError("--memory must be at least 1 MiB, got \(memory)") }
    }

    func run() async throws {
        StandardStream.secure()
        do {
            let pipeline = try program.pipeline()
            let options = options()
            let status = try await ShutdownRun(pipeline: pipeline, options: options).run()
            if let status { try program.finish(status) }
        } catch let error as ExitCode {
            throw error
        } catch {
            StandardStream.error.say("error: \(error)\n")
            throw ExitCode.failure
        }
    }

    private func options() -> RunOptions {
        var options = RunOptions()
        if let directory = state ?? Program.defaultState {
            options.checkpoints = CheckpointOptions(
                directory: directory, every: checkpointEvery?.duration ?? .seconds(1), fresh: fresh,
                allowNonRestoredState: Set(dropState))
        }
        if let parallelism { options.parallelism = .tasks(parallelism) }
        if availableNow { options.endOfInput = .availableNow }
        if let stopTimeout { options.stopTimeout = stopTimeout.duration }
        if let memory { options.memoryBudget = memory << 20 }
        if !quiet {
            let display = ProgressDisplay()
            options.onStatus = { display.show($0) }
        }
        return options
    }
}

/// A duration on the command line, such as `500ms`, `1s`, `2m` or `1h`.
struct Interval: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        for (unit, factor) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)] where argument.hasSuffix(unit) {
            if let count = Double(argument.dropLast(unit.count)), count > 0, count < 1e9 {
                duration = .milliseconds(Int64(count * Double(factor)))
                guard duration > .zero else { return nil }
                return
            }
        }
        return nil
    }
}
