import ArgumentParser
import KafkaTestBroker
import MillraceDatabases

/// Kafka records into a database, singly and in batches: how many a second.
@main
struct BulkInsert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "BulkInsert",
        abstract: "Inserts messages from Kafka into a database, singly and in batches, and says how many a second.",
        discussion: """
            Without --database an insert only takes time: 5 ms for a single row, 10 ms for a batch of whatever size.
            """)

    @Option(help: "A cluster, host:port (default: a broker of its own, in memory).")
    var brokers: String?

    @Option(help: "The database: \(DatabaseAddress.expected); its table millrace_messages is made anew.")
    var database: String?

    @Option(help: "Messages of each trial.")
    var messages = 200

    @Option(parsing: .upToNextOption, help: "Messages in a batch; 1: one by one.")
    var sizes: [Int] = [1, 10, 50]

    @Option(parsing: .upToNextOption, help: "Batches under way at once.")
    var concurrency: [Int] = [1, 3]

    @Option(help: "Times that each is measured; the best counts.")
    var rounds = 3

    func validate() throws {
        if messages < 1 { throw ValidationError("--messages must be at least 1, got \(messages)") }
        if let database { do { _ = try DatabaseAddress.named(database) } catch { throw ValidationError("\(error)") } }
        if rounds < 1 { throw ValidationError("--rounds must be at least 1, got \(rounds)") }
        for number in sizes + concurrency where number < 1 {
            throw ValidationError("--sizes and --concurrency are at least 1, got \(number)")
        }
    }

    func run() async throws {
        let broker = brokers == nil ? try await KafkaTestBroker.start() : nil
        let table: any MessageTable =
            if let database { try await DatabaseTable(DatabaseAddress.named(database).database()) } else {
                TimedTable()
            }
        let trials = Trials(address: brokers ?? broker?.address ?? "", table: table)
        print("\(messages) messages, \(table.summary)")
        print("batches of  in flight  messages/s")
        for size in sizes {
            for concurrency in concurrency {
                var best = 0.0
                for _ in 0..<rounds {
                    best = max(best, try await trials.run(messages: messages, size: size, concurrency: concurrency))
                }
                print("\(padded(size, 10))  \(padded(concurrency, 9))  \(padded(Int(best), 10))")
            }
        }
        try await broker?.stop()
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
