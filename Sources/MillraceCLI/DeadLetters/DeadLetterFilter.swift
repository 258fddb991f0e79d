import ArgumentParser
import Millrace
import MillraceKafka

/// Which dead letters are meant: those for which all that is given holds.
struct DeadLetterFilter: ParsableArguments {
    @Option(help: "Only those whose reason contains this text.")
    var reason: String?

    @Option(help: ArgumentHelp("Only those that were first in this topic.", valueName: "topic"))
    var fromTopic: String?

    @Option(help: "Only those with this key: its text, or 0x and its bytes in hexadecimal.")
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Only those given up then or later: 2026-03-01T12:00:00Z, 2026-03-01, or so long ago: 90s, 30m, 2h, 7d.",
            valueName: "time"),
        transform: PointInTime.parse)
    var since: Timestamp?

    @Option(
        help: ArgumentHelp("Only those given up before: a time as for --since.", valueName: "time"),
        transform: PointInTime.parse)
    var until: Timestamp?

    @Option(help: "Only this partition of the dead-letter topic.")
    var partition: Int32?

    @Option(help: "Only this offset, together with --partition; may be repeated.")
    var offset: [Int64] = []

    @Option(help: ArgumentHelp("So many at most, partition by partition.", valueName: "count"))
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

    /// Whether some records are passed over: a limit alone takes the first ones, and passes over none.
    var isSelective: Bool {
        reason != nil || fromTopic != nil || key != nil || since != nil || until != nil || partition != nil
            || !offset.isEmpty
    }

    /// Whether a record is meant, the limit apart. One whose headers do not say when it was given up counts from when it
    /// was written.
    func matches(_ letter: DeadLetterRecord) -> Bool {
        if let reason, letter.reason?.contains(reason) != true { return false }
        if let fromTopic, letter.originTopic != fromTopic { return false }
        if let key, letter.key.map({ $0.elementsEqual(key.utf8) || ShownBytes.hex($0) == key }) != true { return false }
        let time = letter.givenUpAt ?? letter.timestamp
        if let since, time.map({ $0 >= since }) != true { return false }
        if let until, time.map({ $0 < until }) != true { return false }
        return offset.isEmpty || offset.contains(letter.offset)
    }

    /// The spans in which such records can be.
    func spans(of topic: DeadLetterTopic) throws -> [DeadLetterTopic.Span] {
        guard let partition else { return topic.spans }
        var span = try topic.span(of: partition)
        if let first = offset.min(), let last = offset.max(), last < .max {
            span.first = max(span.first, first)
            span.end = min(span.end, last + 1)
        }
        return [span]
    }

    /// Calls `body` for each record that is meant; `passed` for every record that is read.
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
