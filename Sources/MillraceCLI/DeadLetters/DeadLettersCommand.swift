import ArgumentParser

/// `millrace deadletters`: lists, shows and replays dead letters.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletters", abstract: "Lists, shows and replays the records that pipelines gave up.",
        subcommands: [
            DeadLettersListCommand.self, DeadLettersShowCommand.self, DeadLettersReplayCommand.self,
        ])
}
