import RDKafka

/// The lag of a consumer group in one partition.
struct Lag: Encodable, Equatable {
    let group: String
    let topic: String
    let partition: Int32
    /// The offset of the next record that the group reads; `nil` if it has not committed one.
    let committed: Int64?
    /// The offset of the next record to be written.
    let end: Int64
    /// The difference of the two, which includes control records of transactions; `nil` if nothing was committed.
    let lag: Int64?

    init(group: String, partition: TopicPartition, committed: Int64?, end: Int64) {
        self.group = group
        topic = partition.topic
        self.partition = partition.partition
        self.committed = committed
        self.end = end
        lag = committed.map { max(0, end - $0) }
    }

    /// Returns the lag of a group in all partitions of the topics for which it has committed offsets.
    static func all(of group: String, _ admin: KafkaAdmin, topics wanted: [String]) throws -> [Lag] {
        let offsets = try admin.committedOffsets(of: group)
        let committed = Dictionary(offsets.map { ($0.partition, $0.offset) }) { $1 }
        // Lists all topics, as a look-up by name could recreate deleted ones.
        let topics = try admin.topics()
        var found: [Lag] = []
        for topic in Set(offsets.map(\.partition.topic)).sorted() where wanted.isEmpty || wanted.contains(topic) {
            // Committed offsets of deleted topics may remain.
            guard let count = topics[topic] else { continue }
            for number in 0..<Int32(count) {
                let partition = TopicPartition(topic, number)
                found.append(
                    Lag(
                        group: group, partition: partition, committed: committed[partition],
                        end: try admin.watermarks(of: partition).high))
            }
        }
        return found
    }

    static func table(_ lags: [Lag], before: [Lag] = [], seconds: Double = 0) -> String {
        let isWatched = !before.isEmpty
        var table = TextTable(
            ["group", "topic", "partition", "committed", "end", "lag"] + (isWatched ? ["change/s"] : []))
        func add(_ lag: Lag) {
            let cells: [TextTable.Cell] = [
                .text(lag.group), .text(lag.topic), .number(Int64(lag.partition)), .number(lag.committed),
                .number(lag.end), .number(lag.lag),
            ]
            guard isWatched else {
                return table.add(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5])
            }
            let old = before.first { $0.group == lag.group && $0.topic == lag.topic && $0.partition == lag.partition }
            var change: Int64?
            if let now = lag.lag, let then = old?.lag, seconds > 0 { change = Int64(Double(now - then) / seconds) }
            table.add(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], .number(change))
        }
        for lag in lags { add(lag) }
        let totals = Dictionary(grouping: lags, by: \.group).sorted { $0.key < $1.key }.map { group, lags in
            "\(group): \(TextTable.grouped(lags.reduce(0) { $0 + ($1.lag ?? 0) })) behind in all"
        }
        return ([table.text, ""] + totals).joined(separator: "\n")
    }
}
