/// Records of one key that match a pattern, by its steps; or those of a partial match that has timed out.
public struct PatternMatch<Key: Sendable, Record: Sendable>: Sendable {
    /// The records of one step.
    public struct Step: Sendable {
        /// As it was declared.
        public var name: String
        /// In the order of their times.
        public var records: [Record]

        /// Both.
        public init(name: String, records: [Record]) {
            self.name = name
            self.records = records
        }
    }

    /// The pattern's name.
    public var pattern: String
    /// Whose records they are.
    public var key: Key
    /// In the order of the pattern; of a partial match those that were begun.
    public var steps: [Step]
    /// The time of the first record.
    public var start: Timestamp
    /// The time of the last record.
    public var end: Timestamp

    /// A match of these parts.
    public init(pattern: String, key: Key, steps: [Step], start: Timestamp, end: Timestamp) {
        self.pattern = pattern
        self.key = key
        self.steps = steps
        self.start = start
        self.end = end
    }

    /// The records of the step of that name; none if there is no such step.
    public subscript(name: String) -> [Record] { steps.first { $0.name == name }?.records ?? [] }

    /// All records, in the order of their times.
    public var records: [Record] { steps.flatMap(\.records) }
}

extension PatternMatch.Step: Equatable where Record: Equatable {}
extension PatternMatch: Equatable where Key: Equatable, Record: Equatable {}
