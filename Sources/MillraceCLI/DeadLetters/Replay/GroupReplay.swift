import RDKafka

/// Replays all records after a group's position. Each transaction sends records and commits the position, so that a
/// replay continues after the last sent record, even if the previous one was killed.
struct GroupReplay {
    let topic: DeadLetterTopic
    let group: String
    let preparation: ReplayPreparation
    /// The maximum number of records to read.
    var limit = Int.max

    /// The limits of a transaction: small enough for memory and for readers that wait for its end, large enough for
    /// throughput.
    static let recordsPerTransaction = 1000
    static let bytesPerTransaction = 8 << 20

    /// Returns the span that is left to replay in each partition.
    func spans() throws -> [DeadLetterTopic.Span] {
        let committed = try topic.committed()
        return try topic.spans.map { span in
            var span = span
            guard let position = committed[span.partition.partition] else { return span }
            guard position <= span.end else {
                throw CommandError(
                    "group \(group) is at offset \(position) of \(span.partition), which ends at \(span.end): was the "
                        + "topic made anew? Name another group with --group")
            }
            span.first = max(span.first, position)
            return span
        }
    }

    /// Replays the spans.
    ///
    /// - Parameters:
    ///   - spans: the spans that `spans()` has returned.
    ///   - send: sends records and commits positions atomically.
    ///   - leftOut: called for each record that is not sent.
    func run(
        _ spans: [DeadLetterTopic.Span], send: ([ReplayedRecord], [CommittedOffset]) throws -> Void,
        leftOut: (ReplayPreparation.LeftOut) -> Void
    ) throws {
        var open = OpenTransaction()
        var taken = 0
        for span in spans where !span.isEmpty && taken < limit {
            var isEnded = true
            try topic.read(span) { letter in
                guard taken < limit else {
                    isEnded = false
                    return false
                }
                taken += 1
                switch try preparation.prepare(letter) {
                case .record(let record): open.add(record)
                case .leftOut(let letter): leftOut(letter)
                }
                open.take(letter)
                if open.isFull { try open.close(send) }
                return true
            }
            // Also after control records at the end, so that the group's lag is 0.
            if isEnded { open.positions[span.partition] = span.end }
        }
        try open.close(send)
    }

    /// The content of the next transaction.
    private struct OpenTransaction {
        var records: [ReplayedRecord] = []
        var positions: [TopicPartition: Int64] = [:]
        private var taken = 0
        private var bytes = 0

        mutating func take(_ letter: DeadLetterRecord) {
            positions[letter.place] = letter.offset + 1
            taken += 1
        }

        mutating func add(_ record: ReplayedRecord) {
            records.append(record)
            bytes += record.sizeInBytes
        }

        var isFull: Bool {
            taken >= GroupReplay.recordsPerTransaction || bytes >= GroupReplay.bytesPerTransaction
        }

        mutating func close(_ send: ([ReplayedRecord], [CommittedOffset]) throws -> Void) throws {
            if positions.isEmpty { return }
            try send(records, positions.sorted { $0.key < $1.key }.map { CommittedOffset($0.key, $0.value) })
            self = OpenTransaction()
        }
    }
}
