/// An error of a sink that cannot be opened or written, with advice on how to correct it.
///
/// ```swift
/// guard try queue.connect(as: "alerts") else {
///     throw SinkError("Queue \(queue.name) does not answer", advice: "Start its broker", isTransient: true)
/// }
/// ```
public struct SinkError: AdvisedError, TransientFailure {
    /// What is wrong, with the name of the file or target.
    public let problem: String
    /// How to correct it.
    public let advice: String

    /// Whether the failure may pass without intervention, such as a broker that cannot be reached.
    public let isTransient: Bool

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - problem: what is wrong, as a sentence without a full stop.
    ///   - advice: how to correct it, as a sentence without a full stop.
    ///   - isTransient: whether the failure may pass without intervention. Default: `false`.
    public init(_ problem: String, advice: String, isTransient: Bool = false) {
        self.problem = problem
        self.advice = advice
        self.isTransient = isTransient
    }
}
