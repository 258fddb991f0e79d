/// The error of a call to an external system that did not return within its timeout.
///
/// ```swift
/// do {
///     try await pipeline.run(RunOptions(restart: .never))
/// } catch PipelineError.failed(let name, _, _, let cause as CallTimeout) {
///     print("operator \(name): no answer within \(cause.timeout)")
/// }
/// ```
public struct CallTimeout: Error, CustomStringConvertible, Sendable {
    /// The timeout.
    public let timeout: Duration
    public var description: String {
        "the call took longer than \(timeout): give it a longer timeout, or look at what it calls"
    }
}

/// The error of an operator all of whose call slots are taken by calls that did not end after they were cancelled at
/// their timeout.
struct LostCallsError: Error, CustomStringConvertible {
    let count: Int
    let timeout: Duration

    var description: String {
        "all calls that may be under way at once (\(count)) go on although they were cancelled at their timeout of \(timeout), and as much time has passed again. A call has to end when its task is cancelled: look at Task.isCancelled, call what does so, do not block; or give it a longer timeout"
    }
}
