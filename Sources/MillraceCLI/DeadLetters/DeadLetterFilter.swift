import ArgumentParser
import Millrace
import MillraceKafka

/// The options that select dead letters. A record has to match all of them.
struct DeadLetterFilter: ParsableArguments {
    @Option(help: "Only those whose reason contains this text.")
    var reason: String?

    @Option(help: ArgumentHelp("Only those that were originally read from this topic.", valueName: "topic"))
    var fromTopic: String?

    @Option(help: "Only those with this key: its text, or 0x and its bytes in hexadecimal.")
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Only those given up since a time: 2026-03-01T12:00:00Z, 2026-03-01, or how long ago: 90s, 30m, 2h, 7d.",
            valueName: "time"),
        transform: PointInTime.parse)
    var since: Timestamp?

    @Option(
        help: ArgumentHelp("Only those given up before a time, in the form of --since.", valueName: "time"),
        transform: PointInTime.parse)
    var until: Timestamp?

    @Option(help: "Only this partition of the dead-letter topic.")
    var partition: Int32?

    @Option(help: "Only this offset, together with --partition; may be repeated.")
    var offset: [Int64] = []

    @Option(help: ArgumentHelp("At most this many, partition by partition.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let partition, partition < 0 { throw ValidationError("--partition is 0 or more, got \(partition)") }
        if !offset.isEmpty, partition == nil {
            throw ValidationError("--offset needs --partition: an offset is a place in one partition")
        }
        if let negative = offset.first(where: { $0 < 0 }) {
            throw ValidationError("--offset is 0 or more, got \(negative)")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is 1 or more, got \(limit)") }
    }

    /// Whether the options may skip records. A limit alone selects the first ones and skips none.
    var isSelective: Bool {
        reason != nil || fromTopic != nil || key != nil || since != nil || until != nil || partition != nil
            || !offset.isEmpty
    }

    /// Returns whether a record matches, regardless of the limit. If its headers do not state when it was rejected, its
    /// timestamp is used.
    func matches(_ letter: DeadLetterRecord) -> Bool {
        if let reason, letter.reason?.contains(reason) != true { return false }
        if let fromTopic, letter.originTopic != fromTopic { return false }
        if let key, letter.key.map({ $0.elementsEqual(key.utf8) || ShownBytes.hex($0) == key }) != true { return false }
        let time = letter.givenUpAt ?? letter.timestamp
        if let since, time.map({ $0 >= since }) != true { return false }
        if let until, time.map({ $0 < until }) != true { return false }
        return offset.isEmpty || offset.contains(letter.offset)
    }

    /// Returns the spans of the topic that can contain matching records.
    func spans(of topic: DeadLetterTopic) throws -> [DeadLetterTopic.Span] {
        guard let partition else { return topic.spans }
        var span = try topic.span(of: partition)
        if let first = offset.min(), let last = offset.max(), last < .max {
            span.first = max(span.first, first)
            span.end = min(span.end, last + 1)
        }
        return [span]
    }

    /// Calls `body` for each matching record, and `passed` for every record that is read.
    func read(_ topic: DeadLetterTopic, passed: () -> Void = {}, _ body: (DeadLetterRecord) throws -> Void) throws {
        var count = 0
        for span in try spans(of: topic) where count < limit ?? .max {
            try topic.read(span) { letter in
                passed()
                guard matches(letter) else { return true }
                try body(letter)
                count += 1
                return count < limit ?? .max
            }
        }
    }
}
