/// A route by which failed records are retried later without holding up the records after them: a retry topic, read by
/// the same pipeline. Made by `RetryTopic.route(in:name:)` of MillraceKafka.
///
/// A record that has failed in all attempts in place is emitted to `output` with the time at which it is due, and is
/// done where it was. If it fails again when it is retried, it is sent back with the next delay. After the last delay
/// the operator's `onError` applies.
///
/// A route of a connector of your own; a sink of `again.stream` writes the letters:
///
/// ```swift
/// let again = graph.sideOutput("again", of: RetryLetter<Message>.self)
/// let route = RetryRoute(
///     delays: [.seconds(30), .minutes(5)], to: again,
///     history: { message in RetryHistory(rounds: message.rounds, attempts: message.attempts) })
/// messages.batches(of: 100, options: .init(retry: .init(attempts: 3), retryTopic: route)) { ... }
/// ```
public struct RetryRoute<Record: Sendable>: Sendable {
    /// The delays, one for each time that a record is sent back.
    public let delays: [Duration]
    /// The side output to which records are sent.
    public let output: SideOutput<RetryLetter<Record>>
    /// Returns the earlier attempts of a record.
    public let history: @Sendable (Record) -> RetryHistory
    /// Throws an error if a record cannot be sent back, for example because it is too large. The operator's `onError`
    /// then applies at once.
    public let check: @Sendable (RetryLetter<Record>) throws -> Void

    /// Creates a route. Each parameter sets the property of its name.
    ///
    /// - Parameters:
    ///   - delays: the delays, one for each time that a record is sent back.
    ///   - output: the side output to which records are sent.
    ///   - check: throws an error if a record cannot be sent back. Default: accepts all records.
    ///   - history: returns the earlier attempts of a record.
    public init(
        delays: [Duration], to output: SideOutput<RetryLetter<Record>>,
        check: @escaping @Sendable (RetryLetter<Record>) throws -> Void = { _ in },
        history: @escaping @Sendable (Record) -> RetryHistory
    ) {
        self.delays = delays
        self.output = output
        self.history = history
        self.check = check
    }
}

/// The earlier attempts of a record.
///
/// For records that have both in fields of their own:
///
/// ```swift
/// func history(of message: Message) -> RetryHistory {
///     RetryHistory(rounds: message.rounds, attempts: message.attempts)
/// }
/// ```
public struct RetryHistory: Sendable, Hashable {
    /// How often the record has been sent back.
    public var rounds: Int
    /// How often the record has been tried, in all rounds.
    public var attempts: Int

    /// Creates a history. The defaults are those of a record that arrives for the first time.
    public init(rounds: Int = 0, attempts: Int = 0) {
        self.rounds = rounds
        self.attempts = attempts
    }
}

/// A failed record that is sent to a retry topic.
///
/// A letter becomes a record that has what the next round needs:
///
/// ```swift
/// again.stream.map { letter in
///     var message = letter.record
///     (message.rounds, message.attempts) = (letter.round, letter.attempts)
///     message.notBefore = letter.due
///     return message
/// }
/// .sink(queue)
/// ```
public struct RetryLetter<Record: Sendable>: Sendable {
    /// The record.
    public var record: Record
    /// The description of the error.
    public var reason: String
    /// How often the record has been tried, in all rounds.
    public var attempts: Int
    /// The number of this round, from 1.
    public var round: Int
    /// When the record is to be retried.
    public var due: Timestamp

    /// Creates a letter. Each parameter sets the property of its name.
    public init(record: Record, reason: String, attempts: Int, round: Int, due: Timestamp) {
        self.record = record
        self.reason = reason
        self.attempts = attempts
        self.round = round
        self.due = due
    }
}
