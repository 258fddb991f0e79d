/// When a window fires, and when it is forgotten. Pure.
///
///     records in [start, end)          watermark w: nothing at or before w will come any more
///     fires when      w >= end - 1
///                     (where only the final result counts: when it is forgotten)
///     forgotten when  w >= end - 1 + allowed lateness: until then a late record fires the window again
@frozen
@usableFromInline
struct WindowTiming: Sendable {
    /// Milliseconds.
    @usableFromInline let lateness: Int64

    /// How long after its end a window fires: not at all, or only once nothing can change it.
    @usableFromInline let delay: Int64

    @usableFromInline
    init(allowedLateness: Duration, isFinalOnly: Bool = false) {
        lateness = allowedLateness.wholeMilliseconds
        delay = isFinalOnly ? lateness : 0
    }

    /// Whether the window's time is over.
    @inlinable
    func hasFired(end: Int64, at watermark: Timestamp) -> Bool {
        let (limit, overflow) = (end &- 1).addingReportingOverflow(delay)
        return watermark.milliseconds >= (overflow ? .max : limit)
    }

    /// The end of the last window that has fired.
    @inlinable
    func lastFired(at watermark: Timestamp) -> Int64 {
        let (time, overflow) = watermark.milliseconds.subtractingReportingOverflow(delay)
        return overflow ? .min : time &+ 1
    }

    /// Whether records for it are too late.
    @inlinable
    func isForgotten(end: Int64, at watermark: Timestamp) -> Bool {
        let (limit, overflow) = (end &- 1).addingReportingOverflow(lateness)
        return watermark.milliseconds >= (overflow ? .max : limit)
    }
}
