/// A source that cannot be read as asked: what is wrong, and what to do about it.
public struct SourceError: Error, CustomStringConvertible, Sendable {
    /// What is wrong, naming file or partition.
    public let problem: String
    /// What to do about it.
    public let advice: String

    /// Both are whole sentences without a full stop.
    public init(_ problem: String, advice: String) {
        self.problem = problem
        self.advice = advice
    }

    public var description: String { "\(problem). \(advice)." }
}
