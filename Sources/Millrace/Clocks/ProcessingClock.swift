import Logging
import Synchronization

/// The time of day as operators see it: a run's processing time, which never goes back.
///
/// Where the machine's clock is set back, processing time goes on at its pace, ahead of the clock; where it is set forward,
/// processing time follows. The checkpoint keeps it, so that a restart does not go back either.
final class ProcessingClock: Sendable {
    private let clock: any PipelineClock
    private let logger: Logger
    /// The most, in milliseconds, by which the time of day was ahead of the run's clock.
    private let lead: Atomic<Int64>
    private let hasWarned = Atomic(false)

    /// By so much the clock may be behind without a word.
    private static let tolerance: Int64 = 1000

    /// - Parameter stored: processing time at the checkpoint that the run goes on from.
    init(_ clock: any PipelineClock, stored: Timestamp?, logger: Logger) {
        self.clock = clock
        self.logger = logger
        let now = Self.milliseconds(clock)
        let behind = stored.map { $0.milliseconds.subtractingReportingOverflow(now.run).partialValue } ?? .min
        lead = Atomic(max(now.day &- now.run, behind))
        warn(by: behind &- (now.day &- now.run), stored != nil)
    }

    /// Processing time now.
    var now: Timestamp {
        let now = Self.milliseconds(clock)
        let current = now.day &- now.run
        // Read first: tasks share it, and it hardly ever changes.
        var greatest = lead.load(ordering: .relaxed)
        if current > greatest {
            greatest = lead.max(current, ordering: .relaxed).newValue
        } else {
            warn(by: greatest &- current, true)
        }
        return Timestamp(milliseconds: now.run &+ greatest)
    }

    private func warn(by milliseconds: Int64, _ isMeant: Bool) {
        guard isMeant, milliseconds > Self.tolerance, !hasWarned.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "the clock was set back by \(Duration.milliseconds(milliseconds)): processing time goes on without going back, and is ahead of the clock by that much"
        )
    }

    private static func milliseconds(_ clock: any PipelineClock) -> (run: Int64, day: Int64) {
        // The run's clock first: what passes in between makes the lead greater, never less.
        let run = clock.now.wholeMilliseconds
        return (run, clock.wallTime.milliseconds)
    }
}
