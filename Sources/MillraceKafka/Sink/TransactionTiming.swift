internal import Logging
import Millrace
import RDKafka

/// How long a transaction may stay open, and whether that goes with the checkpoints' interval and the broker's limit.
///
/// A transaction is open from an epoch's first record until its checkpoint is committed: an interval, the time to store and
/// commit, and the same again while the next epoch waits for it. One that the broker aborts for its age costs a restart; one
/// that a dead process left open hides what others write behind it until then.
struct TransactionTiming: Equatable {
    /// What producers ask for.
    private(set) var timeout: Duration
    private let interval: Duration
    private let isGiven: Bool

    /// Intervals that a transaction should outlive.
    private static let margin = 3
    /// The least that is asked for: time for a busy machine.
    static let least = Duration.seconds(60)
    /// The same for members of a group, whose partitions go to others when they die. Kafka Streams takes as much.
    static let leastInGroup = Duration.seconds(10)
    /// What brokers allow unless they are configured otherwise (`transaction.max.timeout.ms`).
    private static let usualLimit = Duration.seconds(900)

    init(_ configuration: KafkaConfiguration, interval: Duration?, isInGroup: Bool) throws {
        let interval = interval ?? .zero
        self.interval = interval
        guard let text = configuration["transaction.timeout.ms"] else {
            isGiven = false
            timeout = max(isInGroup ? Self.leastInGroup : Self.least, interval * (Self.margin * 2))
            if timeout > Self.usualLimit { timeout = max(Self.usualLimit, interval * Self.margin) }
            if timeout > Self.usualLimit, interval < Self.usualLimit { timeout = Self.usualLimit }
            return
        }
        guard let milliseconds = Int(text), milliseconds > 0 else {
            throw ConfigurationError(
                "transaction.timeout.ms is '\(text)'", advice: "Give it a number of milliseconds")
        }
        isGiven = true
        timeout = .milliseconds(milliseconds)
        guard timeout > interval else {
            throw ConfigurationError(
                "Transactions may stay open for \(timeout) (transaction.timeout.ms), but checkpoints are \(interval) apart: every one would be aborted",
                advice:
                    "Raise transaction.timeout.ms to \(Int(interval * Self.margin / .milliseconds(1))) or more, or take checkpoints more often"
            )
        }
    }

    /// The broker refused the timeout: what it allows instead, as far as it says so (`transaction.max.timeout.ms`).
    mutating func bound(by limit: Duration?) throws {
        let limit = limit ?? timeout / 2
        guard !isGiven else {
            throw ConfigurationError(
                "Transactions are to stay open for \(timeout) (transaction.timeout.ms), and the broker allows no more than \(limit) (its transaction.max.timeout.ms)",
                advice: "Lower transaction.timeout.ms, or raise the broker's limit")
        }
        guard limit > interval, limit < timeout else {
            throw ConfigurationError(
                "Checkpoints are \(interval) apart, and the broker lets a transaction stay open for no more than \(limit) (its transaction.max.timeout.ms): every one would be aborted",
                advice: "Take checkpoints more often, or raise the broker's limit to \(interval * Self.margin) or more")
        }
        timeout = limit
    }

    /// Says so where the timeout leaves little room.
    func warn(_ logger: Logger) {
        guard timeout < interval * Self.margin else { return }
        let origin = isGiven ? "transaction.timeout.ms" : "the broker's transaction.max.timeout.ms"
        logger.warning(
            "transactions may stay open for \(timeout) (\(origin)), checkpoints are \(interval) apart: a slow one may be aborted, which costs a restart. \(interval * Self.margin) would be safer"
        )
    }
}
