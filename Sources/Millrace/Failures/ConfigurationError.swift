/// A pipeline and its options do not go together.
public struct ConfigurationError: PermanentFailure, CustomStringConvertible, Sendable {
    /// What is wrong.
    public let message: String
    /// What to do.
    public let advice: String

    /// Both.
    public init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }

    public var description: String { "\(message). \(advice)." }
}
