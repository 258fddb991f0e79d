/// A span of time: from its start up to, not including, its end.
@frozen
public struct TimeWindow: Hashable, Sendable, Codable, BitwiseCopyable {
    /// Its first instant.
    public var start: Timestamp
    /// The first instant after it.
    public var end: Timestamp

    /// From `start` up to `end`.
    @inlinable
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    /// Its last instant.
    @inlinable
    public var last: Timestamp { Timestamp(milliseconds: end.milliseconds - 1) }
}

extension TimeWindow: CustomStringConvertible {
    /// `start/end`, as ISO 8601 writes intervals.
    public var description: String { "\(start)/\(end)" }
}
