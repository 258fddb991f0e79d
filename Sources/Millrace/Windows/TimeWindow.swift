/// A half-open interval of time: from its start up to, but not including, its end.
///
/// ```swift
/// if let start = Timestamp(iso8601: "2013-01-01T05:00:00Z") {
///     let window = TimeWindow(start: start, end: start.advanced(by: .hours(1)))
///     let text = "\(window)"     // 2013-01-01T05:00:00Z/2013-01-01T06:00:00Z
///     let last = window.last     // 2013-01-01T05:59:59.999Z
/// }
/// ```
@frozen
public struct TimeWindow: Hashable, Sendable, Codable, BitwiseCopyable {
    /// The first instant of the window.
    public var start: Timestamp
    /// The first instant after the window.
    public var end: Timestamp

    /// Creates a window from `start` up to, but not including, `end`.
    @inlinable
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    /// The last instant of the window: a millisecond before its end.
    @inlinable
    public var last: Timestamp { Timestamp(milliseconds: end.milliseconds - 1) }
}

extension TimeWindow: CustomStringConvertible {
    /// The window as an ISO 8601 interval, `start/end`.
    public var description: String { "\(start)/\(end)" }
}
