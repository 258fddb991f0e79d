import ArgumentParser
import Foundation
import Millrace

/// `millrace checkpoint`: shows the last checkpoints of a state folder, and resolves one whose transaction is in doubt.
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Shows the last checkpoints of a stopped pipeline, and decides on one that is in doubt.",
        subcommands: [Show.self, Resolve.self], defaultSubcommand: Show.self)

    /// The options for the state folder, and for the checkpoint topic of its pipeline.
    struct Place: ParsableArguments {
        @Option(help: "The pipeline's state folder.")
        var state: String

        @Flag(help: "Ask Kafka, too, which checkpoint was committed last (--brokers).")
        var askKafka = false

        @Option(help: "The pipeline's transactional id (default: its name).")
        var transactionalID: String?

        @OptionGroup var cluster: ClusterOptions

        func sheet() throws -> CheckpointSheet {
            let stored = try StoredCheckpoints(directory: state)
            guard askKafka, let pipeline = (stored.prepared ?? stored.last)?.pipeline else {
                return CheckpointSheet(stored: stored, note: nil)
            }
            let note = try KafkaNote(
                transactionalID: transactionalID ?? pipeline, configuration: try cluster.configuration(),
                logger: cluster.logger)
            return CheckpointSheet(stored: stored, note: note)
        }

        func run(_ work: () throws -> Void) throws {
            do { try cluster.run(work) } catch let error as StateError {
                throw CommandError("\(error)").said()
            } catch let error as SinkError { throw CommandError("\(error)").said() }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the last checkpoint, and one behind it that waits for its transaction.")

        @OptionGroup var place: Place

        func run() throws { try place.run { print(try place.sheet().text) } }
    }

    struct Resolve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps or drops a checkpoint that waits for its transaction.",
            discussion: """
                A start finds out by itself whether the transaction was committed. Only where it says that it cannot is this \
                needed: look into the output topic (as a read_committed reader) whether the records behind the last \
                checkpoint are there. If so, --keep; if not, --drop. The wrong answer loses or doubles them.
                """)

        @OptionGroup var place: Place

        @Flag(help: "Its output is there: go on behind it.")
        var keep = false

        @Flag(help: "Its output is not there: make it again.")
        var drop = false

        func validate() throws {
            guard keep != drop else { throw ValidationError("Say either --keep or --drop") }
        }

        func run() throws {
            try place.run {
                let sheet = try place.sheet()
                guard let prepared = sheet.stored.prepared else {
                    throw CommandError("No checkpoint in \(place.state) waits for a decision: run the pipeline.")
                }
                if let counts = sheet.verdict, counts != keep {
                    throw CommandError(
                        "Kafka says that checkpoint \(prepared.number) was \(counts ? "" : "not ")committed: \(counts ? "--keep" : "--drop") would be right, and a start does that by itself."
                    )
                }
                try sheet.stored.resolve(prepared, keeping: keep)
                let last = keep ? prepared.number : sheet.stored.last?.number
                print(
                    "\(keep ? "kept" : "dropped") checkpoint \(prepared.number): the next run \(last.map { "goes on from checkpoint \($0)" } ?? "begins at the beginning")"
                )
            }
        }
    }
}
