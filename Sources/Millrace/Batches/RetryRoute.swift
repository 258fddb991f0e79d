/// A way for records to come back later, without holding up those behind them: a retry topic, read by the same pipeline.
///
/// A record that failed for the last time in place goes to `output` with the time at which it is due; it counts as done
/// where it was. When it comes back and fails again it is sent with the next delay, and after the last one it is given up
/// for good, as the operator's `onError` says. `Kafka.retryTopic` makes one.
public struct RetryRoute<Record: Sendable>: Sendable {
    /// The pauses, one for each time that a record is sent back.
    public let delays: [Duration]
    /// Where records go.
    public let output: SideOutput<RetryLetter<Record>>
    /// What a record has behind it.
    public let history: @Sendable (Record) -> RetryHistory
    /// Throws why a record cannot be sent back; it is then given up as if it had been sent back for the last time.
    public let check: @Sendable (RetryLetter<Record>) throws -> Void

    /// All parts.
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

/// What a record has behind it.
public struct RetryHistory: Sendable, Hashable {
    /// How often it has come back.
    public var rounds: Int
    /// How often it was tried before.
    public var attempts: Int

    /// Both; none for a record that comes for the first time.
    public init(rounds: Int = 0, attempts: Int = 0) {
        self.rounds = rounds
        self.attempts = attempts
    }
}

/// A record on its way to be tried again.
public struct RetryLetter<Record: Sendable>: Sendable {
    /// The record.
    public var record: Record
    /// Why it failed.
    public var reason: String
    /// How often it was tried, in all rounds.
    public var attempts: Int
    /// Which time this is that it is sent back, from 1.
    public var round: Int
    /// When it is to be tried again.
    public var due: Timestamp

    /// All parts.
    public init(record: Record, reason: String, attempts: Int, round: Int, due: Timestamp) {
        self.record = record
        self.reason = reason
        self.attempts = attempts
        self.round = round
        self.due = due
    }
}
