import ArgumentParser

/// A data set becomes entities in a database, spread over several instances, and the job ends in one word: completed or
/// failed. Three ways to know.
@main
struct DatasetImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "DatasetImport",
        abstract:
            "Imports flights into a database with several instances, and says whether the job is completed or failed.",
        subcommands: [Demonstration.self, Plan.self, Instance.self, Verdict.self], defaultSubcommand: Demonstration.self
    )
}

/// How the end of a job is known.
enum Way: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// A batch table: a ledger counts the batches, and decides at the last one.
    case batchTable = "batch-table"
    /// No batch table: the database is asked from time to time.
    case awaitAndPoll = "await-and-poll"
    /// One process at a time, in order, with its own end.
    case singleLoop = "single-loop"
}
