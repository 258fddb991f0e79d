import ArgumentParser

/// `millrace deadletters`: what pipelines gave up.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletters", abstract: "Lists and shows the records that pipelines gave up.",
        subcommands: [
            DeadLettersListCommand.self, DeadLettersShowCommand.self,
        ])
}
