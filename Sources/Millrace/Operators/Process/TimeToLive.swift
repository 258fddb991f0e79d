/// How long a key's state lives.
///
/// ```swift
/// let seen = states.value("seen", of: Bool.self, timeToLive: TimeToLive(.hours(1)))
/// ```
///
/// State that is older is not given any more, and leaves the store, also if nobody asks for it: the whole state is gone
/// through a little at a time, so that a key is gone at the latest after another half of its time to live.
public struct TimeToLive: Sendable, Hashable {
    /// What makes state live on.
    public enum Refresh: Sendable, Hashable {
        /// Each change.
        case onWrite
        /// Each change, and each look at it, which then has to be stored as a change would.
        case onReadAndWrite
    }

    /// How long.
    public var duration: Duration
    /// What begins it anew.
    public var refresh: Refresh
    /// Which time counts: that of the record in hand, or the clock's.
    public var kind: TimeKind

    /// - Parameters:
    ///   - duration: at least a millisecond.
    ///   - refresh: what extends the life of a value. Default: each change.
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
