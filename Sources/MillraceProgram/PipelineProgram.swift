import ArgumentParser
public import Millrace

/// A program that consists of a pipeline. It gets a command line with the commands `run` (the default) and `graph`.
///
/// ```swift
/// @main
/// struct WordCount: PipelineProgram {
///     @Option(help: "Folder of texts.") var input = "texts"
///     func pipeline() throws -> Pipeline { Pipeline("word-count") { graph in ... } }
/// }
/// ```
///
///     WordCount run --state state --checkpoint-every 1s --parallelism 4 --input texts
///     WordCount graph --format mermaid
///
/// The program's own options are available in both commands.
public protocol PipelineProgram: ParsableArguments, Sendable {
    /// A description of the program for `--help`. Default: empty.
    static var abstract: String { get }
    /// The state folder for checkpoints if `--state` is not given. Default: `nil`, no checkpoints are taken.
    static var defaultState: String? { get }
    /// Creates the pipeline with the options that were given on the command line.
    ///
    /// - Returns: The pipeline.
    /// - Throws: An error, which is printed and ends the program with a failure.
    func pipeline() throws -> Pipeline
    /// Called after the pipeline has ended without an error. Default: does nothing.
    ///
    /// - Parameter status: The final status of the run.
    /// - Throws: An error, which is printed and ends the program with a failure.
    func finish(_ status: PipelineStatus) throws
}

extension PipelineProgram {
    /// An empty description.
    public static var abstract: String { "" }
    /// No state folder.
    public static var defaultState: String? { nil }
    /// Does nothing.
    public func finish(_ status: PipelineStatus) throws {}

    /// Parses the command line and runs the command. The entry point of the program.
    public static func main() async { await ProgramCommand<Self>.main() }
}

/// The commands of a pipeline program.
struct ProgramCommand<Program: PipelineProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: CommandLine.arguments.first.map { String($0.split(separator: "/").last ?? "program") },
            abstract: Program.abstract, subcommands: [RunCommand<Program>.self, GraphCommand<Program>.self],
            defaultSubcommand: RunCommand<Program>.self)
    }
}
