/// A half-open interval of time: from its start up to, but not including, its end.
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
