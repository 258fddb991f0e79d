import Foundation
import RDKafka

/// Repeats calls to a cluster that fail with a transient error.
struct Patience: Sendable {
    /// Whether the run is stopping. If so, a failed call is not repeated.
    let isStopping: @Sendable () -> Bool

    /// Repeats calls until their deadline, even if the run is stopping.
    static let unmoved = Patience { false }

    init(isStopping: @escaping @Sendable () -> Bool) { self.isStopping = isStopping }

    /// The timeout of a single call, after which `isStopping` is checked. librdkafka continues an operation that it has
    /// begun when the call is repeated.
    private static let call = Duration.seconds(2)
    private static let pause: UInt32 = 50_000

    /// Calls `body`, with its timeout, until it succeeds, fails permanently or `deadline` has passed.
    ///
    /// - Parameter acceptsUnknownTopics: also repeats the call if the topic is unknown: the brokers of a cluster do not
    ///   learn about a new topic at the same time.
    /// - Throws: `KafkaError`, or `CancellationError` if the run is stopping.
    func retrying<R>(
        until deadline: ContinuousClock.Instant, acceptsUnknownTopics: Bool = false, _ body: (Duration) throws -> R
    ) throws -> R {
        while true {
            let left = deadline - .now
            do { return try body(min(Self.call, max(left, .milliseconds(100)))) } catch let error as KafkaError {
                let mayPass = error.isTransient && !error.isFatal && !error.isAbortable
                guard mayPass || (acceptsUnknownTopics && error.isUnknownTopic), ContinuousClock.now < deadline else {
                    throw error
                }
                if isStopping() { throw CancellationError() }
                usleep(Self.pause)
            }
        }
    }
}
