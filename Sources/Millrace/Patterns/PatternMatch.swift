/// The records of a key that match a pattern, by steps; or those of a partial match that has timed out.
///
/// ```swift
/// let fraud = Pattern<Login>("fraud")
///     .first("failed", where: { !$0.succeeded }, times: 3...)
///     .then("success", where: { $0.succeeded }, within: .minutes(5))
/// logins.keyed(by: \.user).matching(fraud).map { match in
///     "\(match.key): \(match["failed"].count) failures from \(match.start), success at \(match.end)"
/// }
/// ```
public struct PatternMatch<Key: Sendable, Record: Sendable>: Sendable {
    /// The records of one step.
    public struct Step: Sendable {
        /// The name of the step.
        public var name: String
        /// The records that the step took, in the order of their times.
        public var records: [Record]

        /// Creates a step from its name and records.
        public init(name: String, records: [Record]) {
            self.name = name
            self.records = records
        }
    }

    /// The name of the pattern.
    public var pattern: String
    /// The key of the records.
    public var key: Key
    /// The steps in the order of the pattern; for a partial match, only those that have started.
    public var steps: [Step]
    /// The time of the first record.
    public var start: Timestamp
    /// The time of the last record.
    public var end: Timestamp

    /// Creates a match from its parts.
    public init(pattern: String, key: Key, steps: [Step], start: Timestamp, end: Timestamp) {
        self.pattern = pattern
        self.key = key
        self.steps = steps
        self.start = start
        self.end = end
    }

    /// The records of the step with a name; empty if there is no such step.
    public subscript(name: String) -> [Record] { steps.first { $0.name == name }?.records ?? [] }

    /// All records, in the order of their times.
    public var records: [Record] { steps.flatMap(\.records) }
}

extension PatternMatch.Step: Equatable where Record: Equatable {}
extension PatternMatch: Equatable where Key: Equatable, Record: Equatable {}
