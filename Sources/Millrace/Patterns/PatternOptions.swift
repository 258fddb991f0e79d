/// What becomes of a key's partial matches once there is a match.
public enum AfterMatch: Sendable, Hashable {
    /// They are all discarded, and the match's last record does not begin one: no record is in two matches. Of several
    /// matches that end with the same record there is only the one that began first.
    case skipPastLast
    /// They go on: there is a match for each record that one begins with.
    case keepAll
}

/// How many partial matches a key may have, and what happens when there would be more.
public enum PartialMatchLimit: Sendable, Hashable {
    /// The one that began first is given up, and counted as skipped in the status.
    case dropOldest(beyond: Int)
    /// The pipeline fails with `TooManyPartialMatches`.
    case fail(beyond: Int)

    @usableFromInline var count: Int {
        switch self {
        case .dropOldest(let count), .fail(let count): count
        }
    }
}

/// A key has more partial matches of a pattern than it may have.
public struct TooManyPartialMatches: Error, CustomStringConvertible, Sendable {
    /// The pattern's name.
    public let pattern: String
    /// How many there may be.
    public let limit: Int

    /// Of this pattern.
    public init(pattern: String, limit: Int) {
        self.pattern = pattern
        self.limit = limit
    }

    /// Two sentences.
    public var description: String {
        "a key has more than \(limit) partial matches of pattern '\(pattern)'. Give the pattern a time limit with within, raise the limit, or drop the oldest."
    }
}
