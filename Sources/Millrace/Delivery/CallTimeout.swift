/// A call that took too long.
public struct CallTimeout: Error, CustomStringConvertible, Sendable {
    /// How long it was given.
    public let timeout: Duration
    public var description: String {
        "the call took longer than \(timeout): give it a longer timeout, or look at what it calls"
    }
}

/// Calls that are over their time, were cancelled, and still go on: as many as may be under way at once.
struct LostCallsError: Error, CustomStringConvertible {
    let count: Int
    let timeout: Duration

    var description: String {
        "all calls that may be under way at once (\(count)) go on although they were cancelled at their timeout of \(timeout), and as much time has passed again. A call has to end when its task is cancelled: look at Task.isCancelled, call what does so, do not block; or give it a longer timeout"
    }
}
