internal import Logging
import Millrace
import RDKafka

/// Chooses the transaction timeout, and checks it against the checkpoint interval and the broker's limit.
///
/// A transaction is open from an epoch's first record until its checkpoint is committed: for one interval plus the time
/// to store and commit it, and up to twice as long while it waits for the previous one. If the timeout is too short,
/// the broker aborts a transaction and the pipeline restarts. If it is too long, a transaction that a dead process left
/// open hides, until it is aborted, the records that others write after it.
struct TransactionTiming: Equatable {
    /// The timeout that producers request.
    private(set) var timeout: Duration
    private let interval: Duration
    private let isGiven: Bool

    /// The number of checkpoint intervals that the timeout should at least cover.
    private static let margin = 3
    /// The shortest default timeout; allows for a busy machine.
    static let least = Duration.seconds(60)
    /// The shortest default timeout for group members, whose partitions move to others when they die. Kafka Streams
    /// uses the same value.
    static let leastInGroup = Duration.seconds(10)
    /// The broker's default for `transaction.max.timeout.ms`.
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

    /// Lowers the timeout after the broker has rejected it.
    ///
    /// - Parameter limit: the broker's `transaction.max.timeout.ms`; `nil` if it cannot be read.
    /// - Throws: `ConfigurationError` if the timeout was configured, or if the limit does not fit the checkpoint
    ///   interval.
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

    /// Logs a warning if the timeout is less than three checkpoint intervals.
    func warn(_ logger: Logger) {
        guard timeout < interval * Self.margin else { return }
        let origin = isGiven ? "transaction.timeout.ms" : "the broker's transaction.max.timeout.ms"
        logger.warning(
            "transactions may stay open for \(timeout) (\(origin)), checkpoints are \(interval) apart: a slow one may be aborted, which costs a restart. \(interval * Self.margin) would be safer"
        )
    }
}
