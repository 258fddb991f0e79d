/// A sink that cannot write as asked: what is wrong, and what to do about it.
public struct SinkError: AdvisedError, TransientFailure {
    /// What is wrong, naming file or target.
    public let problem: String
    /// What to do about it.
    public let advice: String

    /// Whether it may pass by itself, such as a broker that is away.
    public let isTransient: Bool

    /// - Parameters:
    ///   - problem: a whole sentence without a full stop, as is `advice`.
    ///   - advice: what to do about it, in the same form.
    ///   - isTransient: whether it may pass by itself; by default it does not.
    public init(_ problem: String, advice: String, isTransient: Bool = false) {
        self.problem = problem
        self.advice = advice
        self.isTransient = isTransient
    }
}
