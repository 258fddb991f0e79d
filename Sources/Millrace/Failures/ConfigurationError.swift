/// An error in a pipeline or its options: a setting is invalid, or settings contradict each other. Thrown when a run
/// starts, and never followed by a restart.
public struct ConfigurationError: AdvisedError, PermanentFailure {
    /// What is wrong.
    public let problem: String
    /// How to correct it.
    public let advice: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - problem: what is wrong, as a sentence without a full stop.
    ///   - advice: how to correct it, as a sentence without a full stop.
    public init(_ problem: String, advice: String) {
        self.problem = problem
        self.advice = advice
    }
}
