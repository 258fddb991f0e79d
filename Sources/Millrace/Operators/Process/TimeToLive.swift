/// How long the state of a key is kept.
///
/// ```swift
/// let seen = states.value("seen", of: Bool.self, timeToLive: TimeToLive(.hours(1)))
/// ```
///
/// Expired state is no longer returned. It is also removed from the store if the key is not used again, at the latest
/// when another half of its time to live has passed.
public struct TimeToLive: Sendable, Hashable {
    /// Which accesses extend the life of a value.
    public enum Refresh: Sendable, Hashable {
        /// Changes.
        case onWrite
        /// Changes and reads. Each read then has to be stored, as a change has.
        case onReadAndWrite
    }

    /// How long a value is kept after the last access that extends its life.
    public var duration: Duration
    /// Which accesses extend the life of a value.
    public var refresh: Refresh
    /// Which time counts: that of the current record or timer, or that of the clock.
    public var kind: TimeKind

    /// Creates a time to live.
    ///
    /// - Parameters:
    ///   - duration: how long a value is kept; at least a millisecond.
    ///   - refresh: which accesses extend the life of a value. Default: changes.
    ///   - kind: which time counts. Default: processing time.
    public init(_ duration: Duration, refresh: Refresh = .onWrite, in kind: TimeKind = .processing) {
        self.duration = duration
        self.refresh = refresh
        self.kind = kind
    }

    @usableFromInline var problems: [GraphProblem] {
        GraphProblem.unmet(
            (
                duration >= .milliseconds(1), "a time to live must be at least a millisecond, got \(duration)",
                "Give it a longer one"
            ))
    }

    @usableFromInline var milliseconds: Int64 { duration.wholeMilliseconds }
}
