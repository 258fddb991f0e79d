import ArgumentParser

/// The command-line tool `millrace`.
@main
struct MillraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "millrace", abstract: "Looks at what Millrace pipelines work on.",
        subcommands: [
            DeadLettersCommand.self, LagCommand.self, TopicsCommand.self, JobsCommand.self, CheckpointCommand.self,
        ])
}
