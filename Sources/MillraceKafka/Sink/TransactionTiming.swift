import Logging
import Millrace
import RDKafka

/// How long a transaction may stay open, and whether that goes with the checkpoints' interval.
///
/// A transaction is open from an epoch's first record until its checkpoint is committed: an interval, the time to store and
/// commit, and the same again while the next epoch waits for it. One that the broker aborts for its age costs a restart.
enum TransactionTiming {
    /// Checkpoints that a transaction should outlive.
    private static let margin = 3

    static func timeout(_ configuration: KafkaConfiguration, interval: Duration?, logger: Logger) throws -> Duration {
        let interval = interval ?? .zero
        guard let text = configuration["transaction.timeout.ms"] else {
            return max(.seconds(60), interval * (margin * 2))
        }
        guard let milliseconds = Int(text), milliseconds > 0 else {
            throw ConfigurationError(
                "transaction.timeout.ms is '\(text)'", advice: "Give it a number of milliseconds")
        }
        let timeout = Duration.milliseconds(milliseconds)
        guard timeout > interval else {
            throw ConfigurationError(
                "Transactions may stay open for \(timeout) (transaction.timeout.ms), but checkpoints are \(interval) apart: every one would be aborted",
                advice:
                    "Raise transaction.timeout.ms to \(Int(interval * margin / .milliseconds(1))) or more, or take checkpoints more often"
            )
        }
        if timeout < interval * margin {
            logger.warning(
                "transactions may stay open for \(timeout) (transaction.timeout.ms), checkpoints are \(interval) apart: a slow one may be aborted, which costs a restart. \(interval * margin) would be safer"
            )
        }
        return timeout
    }
}
