/// What happens to the partial matches of a key after a match.
///
/// ```swift
/// let jump = Pattern<Reading>("jump")
///     .first("low", where: { $0.value < 50 })
///     .then("high", where: { $0.value > 100 }, within: .minutes(1))
/// readings.keyed(by: \.sensor).matching(jump, after: .keepAll)                // a match for each low reading
/// ```
public enum AfterMatch: Sendable, Hashable {
    /// All partial matches of the key are discarded, and the last record of the match does not start one. No record is
    /// in two matches. If several partial matches end with the same record, only the one that started first becomes a
    /// match.
    case skipPastLast
    /// All partial matches continue: there is a match for each record that one can start with.
    case keepAll
}

/// The maximum number of partial matches per key, and what happens beyond it.
///
/// ```swift
/// logins.keyed(by: \.user).matching(fraud, limit: .fail(beyond: 10_000))
/// ```
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
///
/// ```swift
/// do {
///     try await pipeline.run(RunOptions(restart: .never))
/// } catch PipelineError.failed(_, _, _, let cause as TooManyPartialMatches) {
///     print("\(cause.pattern): a key has more than \(cause.limit) partial matches")
/// }
/// ```
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
