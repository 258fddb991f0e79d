/// Replays the records that a filter selects, in one transaction. No position moves.
struct ChosenReplay {
    let topic: DeadLetterTopic
    let filter: DeadLetterFilter
    let preparation: ReplayPreparation

    /// The size limit of the transaction, in bytes, as all its records are in memory.
    static let longest = 256 << 20

    /// Returns the number of selected records.
    func count() throws -> Int64 {
        var count: Int64 = 0
        try filter.read(topic) { _ in count += 1 }
        return count
    }

    /// Returns the records to be sent, and reports those that are left out.
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
