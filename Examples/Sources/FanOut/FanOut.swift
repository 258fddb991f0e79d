import ArgumentParser

/// Many small jobs, worked off by several processes that share a group; one of them is killed midway, and every job is
/// done, once.
@main
struct FanOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Spreads jobs over several processes, kills one of them, and shows that every job is done.",
        subcommands: [Demonstration.self, Worker.self], defaultSubcommand: Demonstration.self)
}

/// A job, and who did it.
struct Done: Codable, Sendable {
    let job: Int
    let worker: String
}
