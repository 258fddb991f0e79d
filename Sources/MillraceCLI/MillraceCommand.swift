import ArgumentParser

/// The command-line tool.
@main
struct MillraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "millrace", abstract: "Looks at what Millrace pipelines work on.",
        subcommands: [LagCommand.self, TopicsCommand.self])
}
