import Foundation
import RDKafka

/// Calls again what a cluster could not do for the moment.
struct Patience: Sendable {
    /// Whether the run is to end: then nothing is waited for.
    let isStopping: @Sendable () -> Bool

    /// Waits for as long as it may, whatever happens.
    static let unmoved = Patience { false }

    init(isStopping: @escaping @Sendable () -> Bool) { self.isStopping = isStopping }

    /// How long one call may take: after that it is asked whether the run is to end. What librdkafka has begun goes on.
    private static let call = Duration.seconds(2)
    private static let pause: UInt32 = 50_000

    /// Until it succeeds, fails for good, or `deadline` has passed.
    ///
    /// - Parameter acceptsUnknownTopics: a topic that is not known may have been made a moment ago: the brokers of a cluster
    ///   do not hear of it all at once.
    /// - Throws: `KafkaError`, or `CancellationError` if the run is to end.
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
