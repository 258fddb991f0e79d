/// The numbers of records that a replay has sent, or would send.
struct ReplayReport: Equatable {
    /// The number of records sent, by topic.
    private(set) var sent: [String: Int64] = [:]
    private(set) var leftOut: Int64 = 0

    var total: Int64 { sent.values.reduce(0, +) }
    var isEmpty: Bool { total == 0 && leftOut == 0 }

    mutating func add(_ records: [ReplayedRecord]) { for record in records { sent[record.topic, default: 0] += 1 } }
    mutating func addLeftOut() { leftOut += 1 }

    /// `12 replayed (10 to orders, 2 to bids), 1 left out`.
    func text(isDryRun: Bool = false) -> String {
        let topics = sent.sorted { $0.key < $1.key }.map { "\(TextTable.grouped($1)) to \(ShownBytes.printable($0))" }
        let replayed = isDryRun ? "would be replayed" : "replayed"
        return "\(ReasonTally.records(total)) \(replayed)"
            + (topics.isEmpty ? "" : " (\(topics.joined(separator: ", ")))")
            + (leftOut > 0 ? ", \(TextTable.grouped(leftOut)) left out" : "")
    }
}
