/// What happens to the partial matches of a key after a match.
public enum AfterMatch: Sendable, Hashable {
    /// All partial matches of the key are discarded, and the last record of the match does not start one. No record is
    /// in two matches. If several partial matches end with the same record, only the one that started first becomes a
    /// match.
    case skipPastLast
    /// All partial matches continue: there is a match for each record that one can start with.
    case keepAll
}

/// The maximum number of partial matches per key, and what happens beyond it.
public enum PartialMatchLimit: Sendable, Hashable {
    /// The partial match that started first is dropped and counted in ``PipelineStatus/skipped``.
    case dropOldest(beyond: Int)
    /// The operator fails with ``TooManyPartialMatches``.
    case fail(beyond: Int)

    @usableFromInline var count: Int {
        switch self {
        case .dropOldest(let count), .fail(let count): count
        }
    }
}

/// An error for a key with more partial matches than ``PartialMatchLimit/fail(beyond:)`` allows.
public struct TooManyPartialMatches: Error, CustomStringConvertible, Sendable {
    /// The name of the pattern.
    public let pattern: String
    /// The maximum number of partial matches.
    public let limit: Int

    /// Creates an error for a pattern.
    ///
    /// - Parameters:
    ///   - pattern: the name of the pattern.
    ///   - limit: the maximum number of partial matches.
    public init(pattern: String, limit: Int) {
        self.pattern = pattern
        self.limit = limit
    }

    /// The error and what to do about it.
    public var description: String {
        "a key has more than \(limit) partial matches of pattern '\(pattern)'. Give the pattern a time limit with within, raise the limit, or drop the oldest."
    }
}
