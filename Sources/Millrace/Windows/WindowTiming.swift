/// Determines when a window fires, and when it is removed. Pure.
///
///     records in [start, end)          watermark w: no more records at or before w are expected
///     fires when      w >= end - 1
///                     (with a trigger for final results only: when it is removed)
///     removed when    w >= end - 1 + allowed lateness: until then a late record makes the window fire again
@frozen
@usableFromInline
struct WindowTiming: Sendable {
    /// In milliseconds.
    @usableFromInline let lateness: Int64

    /// How long after its end a window fires, in milliseconds: zero, or `lateness` for final results only.
    @usableFromInline let delay: Int64

    @usableFromInline
    init(allowedLateness: Duration, isFinalOnly: Bool = false) {
        lateness = allowedLateness.wholeMilliseconds
        delay = isFinalOnly ? lateness : 0
    }

    /// Returns whether the window with the given end has fired at this watermark.
    @inlinable
    func hasFired(end: Int64, at watermark: Timestamp) -> Bool {
        let (limit, overflow) = (end &- 1).addingReportingOverflow(delay)
        return watermark.milliseconds >= (overflow ? .max : limit)
    }

    /// Returns the latest end of a window that has fired at this watermark.
    @inlinable
    func lastFired(at watermark: Timestamp) -> Int64 {
        let (time, overflow) = watermark.milliseconds.subtractingReportingOverflow(delay)
        return overflow ? .min : time &+ 1
    }

    /// Returns whether the window with the given end is removed at this watermark, so that records for it are late.
    @inlinable
    func isForgotten(end: Int64, at watermark: Timestamp) -> Bool {
        let (limit, overflow) = (end &- 1).addingReportingOverflow(lateness)
        return watermark.milliseconds >= (overflow ? .max : limit)
    }
}
