/// A sequence of steps that records of one key have to satisfy in the order of event time.
///
/// ```swift
/// let fraud = Pattern<Login>("fraud")
///     .first("failed", where: { !$0.succeeded }, times: 3...)
///     .then("success", where: { $0.succeeded }, within: .minutes(5))
///     .without(where: { $0.isLogout })
///     .within(.minutes(10))
/// ```
///
/// Each record that satisfies the condition of the first step starts a partial match. The following records of the key
/// are offered to it in the order of their times; records with equal times in the order of arrival. For each record, a
/// partial match does the first of the following that is possible:
///
/// 1. It takes the record as the first one of the next step. For this, the current step must have its minimum of
///    records, and the next step must allow the record: the record satisfies its condition; the time since the last
///    record taken is within its limit (`within`); no record since then satisfies one of its `without` conditions; and,
///    if the step was declared with `next`, there was no record at all since then.
/// 2. It takes the record into the current step. For this, the step must have less than its maximum of records, and the
///    record must satisfy its condition; in a step declared with `next`, the record must also directly follow the last
///    one taken.
/// 3. It skips the record. If it cannot take any record from then on, it is discarded.
///
/// A repeated step therefore takes all records that satisfy it until a record can start the next step, and the match
/// then continues with the next step. The last step ends the match as soon as it has its minimum of records.
///
/// A partial match times out when event time passes the limit of the whole pattern, or, if its current step can take no
/// more records, the limit of the next step.
///
///     pattern   A 2...  then B          records   a1  x  a2  b1  a3  b2
///     partial   a1: a1 a2 | b1          a match
///               a2: a2                  discarded after the match with .skipPastLast; with .keepAll it skips b1,
///                                       takes a3, and a2 a3 | b2 is a match too
public struct Pattern<Record: Sendable>: Sendable {
    /// The name of the pattern, in the printed graph and in matches.
    public let name: String
    @usableFromInline var steps: [PatternStep<Record>] = []
    /// The limit of the whole match, in milliseconds.
    @usableFromInline var limit: Int64?
    /// Errors in the declaration.
    private var declared: [GraphProblem] = []

    @usableFromInline
    func problems(_ partial: PartialMatchLimit) -> [GraphProblem] {
        declared
            + GraphProblem.unmet(
                (!steps.isEmpty, "pattern '\(name)' has no steps", "Begin with .first"),
                (
                    partial.count > 0, "pattern '\(name)' may have \(partial.count) partial matches",
                    "Give limit: one at least"
                ))
    }

    private mutating func expect(_ isMet: Bool, _ message: @autoclosure () -> String, _ advice: String) {
        if !isMet { declared.append(GraphProblem("pattern '\(name)': \(message())", advice: advice)) }
    }

    /// Creates a pattern without steps. Add the first one with ``first(_:where:times:)``.
    ///
    /// - Parameter name: the name of the pattern, in the printed graph and in matches.
    public init(_ name: String) { self.name = name }

    /// Adds the first step.
    ///
    /// - Parameters:
    ///   - name: the name of the step in matches; unique within the pattern.
    ///   - condition: returns whether the step takes a record.
    ///   - times: the number of records the step takes: `3`, `3...` or `3...5`; at least one. Default: 1.
    /// - Returns: the pattern with the step added.
    public func first(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1
    ) -> Pattern {
        var copy = self
        copy.expect(steps.isEmpty, "it has a first step before '\(name)'", "Go on with .then or .next")
        return copy.adding(
            PatternStep(name: name, condition: condition, times: times.range, isStrict: false, limit: nil))
    }

    /// Adds a step that follows the previous one at any distance: other records may lie between the steps, and between
    /// the records of this step.
    ///
    /// - Parameters:
    ///   - name: the name of the step in matches; unique within the pattern.
    ///   - condition: returns whether the step takes a record.
    ///   - times: the number of records the step takes: `3`, `3...` or `3...5`; at least one. Default: 1.
    ///   - limit: the maximum time from the last record of the previous step to the first record of this step. Default:
    ///     `nil`, no limit.
    /// - Returns: the pattern with the step added.
    public func then(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1,
        within limit: Duration? = nil
    ) -> Pattern {
        following(name, condition, times.range, isStrict: false, limit)
    }

    /// Adds a step that follows the previous one directly: no other record of the key may lie between the steps, or
    /// between the records of this step.
    ///
    /// - Parameters:
    ///   - name: the name of the step in matches; unique within the pattern.
    ///   - condition: returns whether the step takes a record.
    ///   - times: the number of records the step takes: `3`, `3...` or `3...5`; at least one. Default: 1.
    ///   - limit: the maximum time from the last record of the previous step to the first record of this step. Default:
    ///     `nil`, no limit.
    /// - Returns: the pattern with the step added.
    public func next(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1,
        within limit: Duration? = nil
    ) -> Pattern {
        following(name, condition, times.range, isStrict: true, limit)
    }

    /// Excludes records between the last record of the previous step and the first record of the step that was added
    /// last.
    ///
    /// Can be called several times; none of the conditions may then be satisfied.
    ///
    /// - Parameter condition: returns whether a record is excluded.
    /// - Returns: the pattern with the condition added to its last step.
    public func without(where condition: @escaping @Sendable (Record) -> Bool) -> Pattern {
        var copy = self
        copy.expect(
            steps.count > 1, "without says what must not lie between two steps, and there are not two yet",
            "Declare two steps first")
        guard steps.count > 1 else { return copy }
        copy.steps[steps.count - 1].forbidden.append(condition)
        return copy
    }

    /// Limits the time from the first record of a match to its last.
    ///
    /// - Parameter limit: the maximum time.
    /// - Returns: the pattern with the limit.
    public func within(_ limit: Duration) -> Pattern {
        var copy = self
        copy.expect(limit >= .zero, "a time limit of \(limit)", "Give .within zero or more")
        copy.limit = limit.wholeMilliseconds
        return copy
    }

    private func following(
        _ name: String, _ condition: @escaping @Sendable (Record) -> Bool, _ times: ClosedRange<Int>, isStrict: Bool,
        _ limit: Duration?
    ) -> Pattern {
        var copy = self
        copy.expect(!steps.isEmpty, "it begins with '\(name)'", "Declare that with .first")
        copy.expect(
            limit.map { $0 >= .zero } ?? true, "step '\(name)' has a time limit of \(limit ?? .zero)",
            "Give within: zero or more")
        return copy.adding(
            PatternStep(
                name: name, condition: condition, times: times, isStrict: isStrict, limit: limit?.wholeMilliseconds))
    }

    private func adding(_ step: PatternStep<Record>) -> Pattern {
        var copy = self
        copy.expect(!steps.contains { $0.name == step.name }, "two steps are named '\(step.name)'", "Rename one")
        copy.expect(
            step.least > 0, "step '\(step.name)' takes \(step.least) records", "Give times: one at least")
        copy.steps.append(step)
        return copy
    }

    /// What the meaning of stored partial matches depends on.
    @usableFromInline var meaning: String {
        let steps = steps.map { step in
            step.detail + (step.forbidden.isEmpty ? "" : " but \(step.forbidden.count) not between")
        }
        return "\(name): " + steps.joined(separator: ", ")
            + (limit.map { ", within \(Duration.milliseconds($0)) in all" } ?? "")
    }

    /// For the printed graph.
    @usableFromInline var detail: String { "\(name): " + steps.map(\.detail).joined(separator: ", ") }
}
