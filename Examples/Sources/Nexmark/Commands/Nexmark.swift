import ArgumentParser

/// The Nexmark benchmark: an auction site's events, and 23 queries on them.
@main
struct Nexmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nexmark",
        abstract: "Generates the events of the Nexmark benchmark, and runs its queries q0 to q22.",
        subcommands: [Generate.self, Run.self, Bench.self, ShowGraph.self])
}

extension Query: ExpressibleByArgument {}
