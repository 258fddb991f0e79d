/// A point in event time or processing time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Times before 1970 are negative. The smallest and the greatest value are reserved for watermarks.
///
/// ```swift
/// if let departure = Timestamp(iso8601: "2013-01-01T05:15:00-05:00") {
///     let arrival = departure.advanced(by: .minutes(227))    // 2013-01-01T14:02:00Z
///     let flightTime = arrival.timeSince(departure)          // 227 minutes
/// }
/// ```
@frozen
public struct Timestamp: Hashable, Comparable, Sendable, Codable, BitwiseCopyable {
    /// The number of milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// Creates a timestamp `milliseconds` after 1970-01-01T00:00:00Z.
    @inlinable
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A timestamp before every event.
    @inlinable
    public static var distantPast: Timestamp { Timestamp(milliseconds: .min) }

    /// A timestamp after every event.
    @inlinable
    public static var distantFuture: Timestamp { Timestamp(milliseconds: .max) }

    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Returns the timestamp `duration` later, in whole milliseconds, clamped to `distantPast` and `distantFuture`.
    @inlinable
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        if overflow { return duration < .zero ? .distantPast : .distantFuture }
        return Timestamp(milliseconds: sum)
    }

    /// Returns the duration from `earlier` to this timestamp, clamped where it exceeds the range of `Int64`
    /// milliseconds.
    @inlinable
    public func timeSince(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        if overflow { return .milliseconds(milliseconds < 0 ? Int64.min : Int64.max) }
        return .milliseconds(difference)
    }
}
