import Logging
import Synchronization

/// The processing time of a run: the wall-clock time as operators see it, which never goes back.
///
/// When the machine's clock is set back, processing time continues at its pace, ahead of the clock; when it is set
/// forward, processing time follows. It is stored in checkpoints, so that it does not go back over a restart either.
final class ProcessingClock: Sendable {
    private let clock: any PipelineClock
    private let logger: Logger
    /// The greatest difference seen between the wall clock and the run's monotonic clock, in milliseconds.
    private let lead: Atomic<Int64>
    private let hasWarned = Atomic(false)

    /// How far the wall clock may be behind without a warning, in milliseconds.
    private static let tolerance: Int64 = 1000

    /// - Parameter stored: processing time in the checkpoint from which the run is restored.
    init(_ clock: any PipelineClock, stored: Timestamp?, logger: Logger) {
        self.clock = clock
        self.logger = logger
        let now = Self.milliseconds(clock)
        let behind = stored.map { $0.milliseconds.subtractingReportingOverflow(now.run).partialValue } ?? .min
        lead = Atomic(max(now.day &- now.run, behind))
        warn(by: behind &- (now.day &- now.run), stored != nil)
    }

    /// The current processing time.
    var now: Timestamp {
        let now = Self.milliseconds(clock)
        let current = now.day &- now.run
        // Loaded first: all tasks share the value, and it hardly ever changes.
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
        // The monotonic clock is read first: the time between the two reads can only make the lead greater.
        let run = clock.now.wholeMilliseconds
        return (run, clock.wallTime.milliseconds)
    }
}
