import ArgumentParser
import Millrace

/// What events are made.
struct GeneratorOptions: ParsableArguments {
    @Option(help: "How many: one person, three auctions and 46 bids of every 50.")
    var events: UInt64 = 100_000

    @Option(help: "Events a second, by their own times.")
    var rate = 10_000

    @Option(help: "When the first happens.")
    var start = "2025-01-01T00:00:00.000Z"

    @Option(help: "Another seed, other events.")
    var seed: UInt64 = 0

    func generator() throws -> EventGenerator {
        guard let start = Timestamp(iso8601: start) else {
            throw ValidationError("--start is \(start): expected a time such as 2025-01-01T00:00:00Z")
        }
        guard rate > 0 else { throw ValidationError("--rate is \(rate): expected one event a second at least") }
        return EventGenerator(start: start, rate: rate, seed: seed)
    }
}
