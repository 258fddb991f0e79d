/// Replays what a filter chooses, in one transaction: all of it, or nothing. No position moves.
struct ChosenReplay {
    let topic: DeadLetterTopic
    let filter: DeadLetterFilter
    let preparation: ReplayPreparation

    /// What one transaction may hold, for it is all in memory.
    static let longest = 256 << 20

    /// How many are chosen.
    func count() throws -> Int64 {
        var count: Int64 = 0
        try filter.read(topic) { _ in count += 1 }
        return count
    }

    /// What is to be sent.
    func records(leftOut: (ReplayPreparation.LeftOut) -> Void) throws -> [ReplayedRecord] {
        var records: [ReplayedRecord] = []
        var bytes = 0
        try filter.read(topic) { letter in
            switch try preparation.prepare(letter) {
            case .leftOut(let letter): leftOut(letter)
            case .record(let record):
                bytes += record.sizeInBytes
                guard bytes <= Self.longest else {
                    throw CommandError(
                        "what is chosen has more than \(Self.longest >> 20) MiB, too much for one transaction; nothing was "
                            + "sent. Choose less (--partition, --since, --limit), or replay everything without filters")
                }
                records.append(record)
            }
        }
        return records
    }
}
