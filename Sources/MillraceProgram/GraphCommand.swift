import ArgumentParser
import Millrace
import MillraceGraphRendering

/// The command `graph`, which prints the operator graph.
struct GraphCommand<Program: PipelineProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "graph", abstract: "Print the operator graph.")
    }

    @Option(help: "text, mermaid, dot or svg.")
    var format: GraphFormat = .text

    @Option(help: "Tasks of each keyed stage (default: as many as partitions).")
    var parallelism: Int?

    @OptionGroup var program: Program

    func run() async throws {
        let graph = try program.pipeline().graph(parallelism: parallelism.map { .tasks($0) } ?? .perPartition)
        print(graph.rendered(as: format), terminator: "")
    }
}

extension GraphFormat: ExpressibleByArgument {}
