/// The watermark of one source partition: the greatest time seen less the strategy's bound, and idle after a time
/// without records. Reads no clock: the times are passed in as arguments.
@frozen
@usableFromInline
package struct WatermarkTracker: Sendable {
    @usableFromInline package var greatest: Int64
    @usableFromInline package let bound: Int64
    /// The watermark so far, which never goes back. A restored watermark may be ahead of the first records.
    @usableFromInline package var promised: Timestamp
    package let idleTimeout: Duration?
    private let whenIdle: WatermarkStrategy.IdleTime
    private let own: CustomWatermark?
    /// When the partition last had a record or was opened, on the run's clock.
    package var lastActivity: Duration
    package var isIdle = false
    /// The watermark at the time when the partition became idle.
    private var promisedBefore = Timestamp.distantPast

    package init(_ strategy: WatermarkStrategy, restored: Timestamp = .distantPast, now: Duration) {
        greatest = .min
        bound = strategy.boundMilliseconds
        promised = restored
        idleTimeout = strategy.idleTimeout
        whenIdle = strategy.whenIdle
        own = strategy.own
        lastActivity = now
    }

    /// Takes the event time of a record into account.
    @inlinable
    package mutating func observe(_ time: Timestamp) {
        if time.milliseconds > greatest { greatest = time.milliseconds }
    }

    /// Returns the watermark after a batch.
    ///
    /// - Parameter active: whether the batch contained any record.
    package mutating func advance(active: Bool, now: Duration, wallTime: Timestamp = .distantPast) -> Watermark {
        if active {
            lastActivity = now
            isIdle = false
        } else if let idleTimeout, now - lastActivity >= idleTimeout {
            if !isIdle { promisedBefore = promised }
            isIdle = true
        }
        if let own {
            let seen = greatest == .min ? nil : Timestamp(milliseconds: greatest)
            // The greatest timestamp is reserved for the end of the input.
            if let time = own.watermark(seen, wallTime) {
                promised = max(promised, min(time, Timestamp(milliseconds: .max - 1)))
            }
        } else if greatest != .min {
            let (time, overflow) = greatest.subtractingReportingOverflow(bound)
            // One millisecond less: a record exactly `bound` earlier is still on time. The greatest timestamp is
            // reserved for the end of the input.
            let candidate = overflow ? Int64.min : max(time, Int64.min + 1) - 1
            promised = max(promised, Timestamp(milliseconds: min(candidate, .max - 1)))
        }
        if isIdle, whenIdle == .advancesWithClock, let idleTimeout, promisedBefore > .distantPast {
            let silence = (now - lastActivity - idleTimeout).wholeMilliseconds
            let (time, overflow) = promisedBefore.milliseconds.addingReportingOverflow(silence)
            if !overflow { promised = max(promised, Timestamp(milliseconds: min(time, .max - 1))) }
        }
        return Watermark(time: promised, isIdle: isIdle)
    }

    /// The latest time for the next call of `advance`, so that idleness is noticed; `nil` if there is none.
    package var idleDeadline: Duration? {
        if isIdle { return nil }
        return idleTimeout.map { lastActivity + $0 }
    }

    /// Whether `advance` has to be called regularly even if nothing is read.
    package var followsClock: Bool { own != nil || isIdle && whenIdle == .advancesWithClock }
}
