import ArgumentParser
public import Millrace

/// A program that is a pipeline, with a command line for free: `run` and `graph`.
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
/// The program's own options stand beside these, in both commands.
public protocol PipelineProgram: ParsableArguments, Sendable {
    /// What the program does, for `--help`.
    static var abstract: String { get }
    /// Where checkpoints go if `--state` is not given; `nil`: none are taken.
    static var defaultState: String? { get }
    /// The pipeline, made with the options that were given.
    func pipeline() throws -> Pipeline
    /// Called after the pipeline has ended well.
    func finish(_ status: PipelineStatus) throws
}

extension PipelineProgram {
    /// None.
    public static var abstract: String { "" }
    /// None.
    public static var defaultState: String? { nil }
    /// Nothing.
    public func finish(_ status: PipelineStatus) throws {}

    /// Runs the command line.
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
