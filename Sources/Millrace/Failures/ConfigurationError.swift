/// A pipeline and its options do not go together.
public struct ConfigurationError: AdvisedError, PermanentFailure {
    /// What is wrong.
    public let problem: String
    /// What to do.
    public let advice: String

    /// Both.
    public init(_ problem: String, advice: String) {
        self.problem = problem
        self.advice = advice
    }
}
