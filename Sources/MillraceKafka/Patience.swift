import Foundation
import RDKafka

/// Calls again what a cluster could not do for the moment.
enum Patience {
    /// How long one call may take.
    private static let call = Duration.seconds(10)
    private static let pause: UInt32 = 50_000

    /// Until it succeeds, fails for good, or `deadline` has passed.
    ///
    /// - Parameter acceptsUnknownTopics: a topic that is not known may have been made a moment ago: the brokers of a cluster
    ///   do not hear of it all at once.
    static func retrying<R>(
        until deadline: ContinuousClock.Instant, acceptsUnknownTopics: Bool = false, _ body: (Duration) throws -> R
    ) throws -> R {
        while true {
            let left = deadline - .now
            do { return try body(min(call, max(left, .milliseconds(100)))) } catch let error as KafkaError {
                guard error.isTransient || (acceptsUnknownTopics && error.isUnknownTopic), !error.isFatal,
                    ContinuousClock.now < deadline
                else { throw error }
                usleep(pause)
            }
        }
    }
}
