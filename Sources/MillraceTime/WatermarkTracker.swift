/// The watermark of one source partition: greatest time seen, less the strategy's bound; idle after a silence.
/// Pure: time of day comes in as an argument.
@frozen
@usableFromInline
package struct WatermarkTracker: Sendable {
    @usableFromInline package var greatest: Int64
    @usableFromInline package let bound: Int64
    /// Never below what was promised before (a restored promise may be ahead of the first records).
    @usableFromInline package var promised: Timestamp
    package let idleTimeout: Duration?
    private let whenIdle: WatermarkStrategy.IdleTime
    private let own: CustomWatermark?
    /// When the partition last gave a record or was opened, on the run's clock.
    package var lastActivity: Duration
    package var isIdle = false
    /// The promise when the partition fell idle.
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

    /// Notes a record's time.
    @inlinable
    package mutating func observe(_ time: Timestamp) {
        if time.milliseconds > greatest { greatest = time.milliseconds }
    }

    /// The watermark after a batch: `active` says whether it held any record.
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
            // The last instant is kept for the end of input.
            if let time = own.watermark(seen, wallTime) {
                promised = max(promised, min(time, Timestamp(milliseconds: .max - 1)))
            }
        } else if greatest != .min {
            let (time, overflow) = greatest.subtractingReportingOverflow(bound)
            // One less than the bound: a record exactly `bound` behind is still on time. The last instant is kept for
            // the end of input.
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

    /// When `advance` has to be called again, at the latest, for idleness to be noticed.
    package var idleDeadline: Duration? {
        if isIdle { return nil }
        return idleTimeout.map { lastActivity + $0 }
    }

    /// Whether `advance` has to be called from time to time although nothing is read.
    package var followsClock: Bool { own != nil || isIdle && whenIdle == .advancesWithClock }
}
