/// When a window fires, and when it is forgotten. Pure.
///
///     records in [start, end)          watermark w: nothing at or before w will come any more
///     fires when      w >= end - 1
///     forgotten when  w >= end - 1 + allowed lateness: until then a late record fires the window again
@frozen
@usableFromInline
struct WindowTiming: Sendable {
    /// Milliseconds.
    @usableFromInline let lateness: Int64

    @usableFromInline
    init(allowedLateness: Duration) {
        precondition(allowedLateness >= .zero, "allowed lateness must not be negative, got \(allowedLateness)")
        lateness = allowedLateness.wholeMilliseconds
    }

    /// Whether the window's time is over.
    @inlinable
    func hasFired(end: Int64, at watermark: Timestamp) -> Bool { watermark.milliseconds >= end &- 1 }

    /// Whether records for it are too late.
    @inlinable
    func isForgotten(end: Int64, at watermark: Timestamp) -> Bool {
        let (limit, overflow) = (end &- 1).addingReportingOverflow(lateness)
        return watermark.milliseconds >= (overflow ? .max : limit)
    }
}
