/// An error in a pipeline or its options: a setting is invalid, or settings contradict each other. Thrown when a run
/// starts, and never followed by a restart.
///
/// ```swift
/// do {
///     try await pipeline.run(checkpoints: .init(directory: "state"))
/// } catch let error as ConfigurationError {
///     print("The pipeline cannot start: \(error.problem). \(error.advice).")
/// }
/// ```
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
