/// A point in event time or processing time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Event times before 1970 are negative. The two ends of the range are reserved for watermarks.
@frozen
public struct Timestamp: Hashable, Comparable, Sendable, Codable, BitwiseCopyable {
    /// Milliseconds since the Unix epoch.
    public var milliseconds: Int64

    /// A timestamp `milliseconds` after the Unix epoch.
    @inlinable
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier than every event.
    @inlinable
    public static var distantPast: Timestamp { Timestamp(milliseconds: .min) }

    /// Later than every event.
    @inlinable
    public static var distantFuture: Timestamp { Timestamp(milliseconds: .max) }

    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// `duration` later, held at the ends of the range instead of overflowing.
    @inlinable
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        if overflow { return duration < .zero ? .distantPast : .distantFuture }
        return Timestamp(milliseconds: sum)
    }

    /// The time that passes from `earlier` to here, held at the ends of the range.
    @inlinable
    public func timeSince(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        if overflow { return .milliseconds(milliseconds < 0 ? Int64.min / 1000 : Int64.max / 1000) }
        return .milliseconds(difference)
    }
}
