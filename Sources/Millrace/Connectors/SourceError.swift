/// An error of a source that cannot be opened or read, with advice on how to correct it.
///
/// ```swift
/// do { try await feed.connect(as: "delays") } catch {
///     throw SourceError("The feed cannot be reached: \(error)", advice: "Start the service", isTransient: true)
/// }
/// ```
public struct SourceError: AdvisedError, TransientFailure {
    /// What is wrong, with the name of the file or partition.
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
