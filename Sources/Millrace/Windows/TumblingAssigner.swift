/// Says which tumbling window a time is in: windows of one length, side by side, one of them starting at `offset`. Pure.
@frozen
@usableFromInline
struct TumblingAssigner: Sendable {
    /// Milliseconds.
    @usableFromInline let length: Int64
    @usableFromInline let offset: Int64

    @usableFromInline
    init(length: Duration, offset: Duration = .zero) {
        precondition(
            length >= .milliseconds(1), "a window's length must be at least a millisecond, got \(length)")
        self.length = length.wholeMilliseconds
        self.offset = offset.wholeMilliseconds % self.length
    }

    /// The end of the window that holds `time`, held at the last instant there is.
    @inlinable
    func end(of time: Timestamp) -> Int64 {
        let shifted = time.milliseconds.subtractingReportingOverflow(offset)
        if shifted.overflow { return .max }
        let rest = shifted.partialValue % length
        let start = time.milliseconds &- (rest < 0 ? rest &+ length : rest)
        let (end, overflow) = start.addingReportingOverflow(length)
        return overflow || start > time.milliseconds ? .max : end
    }

    /// The window that ends there.
    @inlinable
    func window(endingAt end: Int64) -> TimeWindow {
        TimeWindow(start: Timestamp(milliseconds: end &- length), end: Timestamp(milliseconds: end))
    }
}
