/// A sequence of records of one key to look for: steps, each with a condition, in the order of event time.
///
/// ```swift
/// let fraud = Pattern<Login>("fraud")
///     .first("failed", where: { !$0.succeeded }, times: 3...)
///     .then("success", where: { $0.succeeded }, within: .minutes(5))
///     .without(where: { $0.isLogout })
///     .within(.minutes(10))
/// ```
///
/// What matches is exactly this. A record that satisfies the first step's condition begins a partial match, each one of
/// its own. The key's following records are offered to it one after the other, in the order of their times, those of
/// the same time in the order of arrival; a partial match
///
/// 1. goes on to the next step with the record, if its step has the records that it needs and the next step allows the
///    record: its condition is satisfied, the time since the last record taken is `within` the next step's limit, no
///    record since then satisfied one of the next step's `without`, and, if it was declared with `next`, there was no
///    record at all since then;
/// 2. else takes the record into its step, if it has not as many as it may have, and the step's condition is satisfied;
///    in a step declared with `next`, only directly after the last record taken;
/// 3. else passes the record over. It is given up if by these rules it can take no record any more.
///
/// So a repeated step takes all records that satisfy it until one can begin the next step, and goes on as soon as one
/// can. The last step, which nothing follows, ends the match as soon as it has the fewest records that it needs. A partial
/// match that event time has left behind, by the limit of the whole or by the one to the next step if its own can take no
/// more, has timed out.
///
///     pattern   A 2...  then B          records   a1  x  a2  b1  a3  b2
///     partial   a1: a1 a2 | b1          a match
///               a2: a2                  discarded with the match by .skipPastLast; with .keepAll, b1 is passed over,
///                                       a3 taken, and a2 a3 | b2 is a match too
public struct Pattern<Record: Sendable>: Sendable {
    /// Its name, for the graph and for matches.
    public let name: String
    @usableFromInline var steps: [PatternStep<Record>] = []
    /// The whole match's limit in milliseconds.
    @usableFromInline var limit: Int64?
    /// What is wrong with how it was put together.
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

    /// A pattern without steps: go on with `first`.
    public init(_ name: String) { self.name = name }

    /// The first step.
    ///
    /// - Parameters:
    ///   - name: for finding its records in a match; each step's is another.
    ///   - condition: which records the step takes.
    ///   - times: how many records it takes: `3`, `3...` or `3...5`; at least one.
    public func first(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1
    ) -> Pattern {
        var copy = self
        copy.expect(steps.isEmpty, "it has a first step before '\(name)'", "Go on with .then or .next")
        return copy.adding(
            PatternStep(name: name, condition: condition, times: times.range, isStrict: false, limit: nil))
    }

    /// The next step, which follows the one before at some time: other records may lie between, also between its own.
    ///
    /// - Parameters:
    ///   - name: names the step in a match; unique in the pattern.
    ///   - condition: which records the step takes.
    ///   - times: how many records it takes: `3`, `3...` or `3...5`. Default: 1.
    ///   - limit: the longest time from the last record of the step before to the first of this one.
    public func then(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1,
        within limit: Duration? = nil
    ) -> Pattern {
        following(name, condition, times.range, isStrict: false, limit)
    }

    /// The next step, which follows the one before directly: no other record of the key lies between, nor between its
    /// own.
    ///
    /// - Parameters:
    ///   - name: names the step in a match; unique in the pattern.
    ///   - condition: which records the step takes.
    ///   - times: how many records it takes: `3`, `3...` or `3...5`. Default: 1.
    ///   - limit: the longest time from the last record of the step before to the first of this one.
    public func next(
        _ name: String, where condition: @escaping @Sendable (Record) -> Bool, times: some PatternTimes = 1,
        within limit: Duration? = nil
    ) -> Pattern {
        following(name, condition, times.range, isStrict: true, limit)
    }

    /// No such record may lie between the last record of the step before and the first of the step that was declared last.
    /// Where several are given, none of them.
    public func without(where condition: @escaping @Sendable (Record) -> Bool) -> Pattern {
        var copy = self
        copy.expect(
            steps.count > 1, "without says what must not lie between two steps, and there are not two yet",
            "Declare two steps first")
        guard steps.count > 1 else { return copy }
        copy.steps[steps.count - 1].forbidden.append(condition)
        return copy
    }

    /// The longest time from the first record of a match to its last.
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

    /// What stored matches depend on.
    @usableFromInline var meaning: String {
        let steps = steps.map { step in
            step.detail + (step.forbidden.isEmpty ? "" : " but \(step.forbidden.count) not between")
        }
        return "\(name): " + steps.joined(separator: ", ")
            + (limit.map { ", within \(Duration.milliseconds($0)) in all" } ?? "")
    }

    /// For the graph's printout.
    @usableFromInline var detail: String { "\(name): " + steps.map(\.detail).joined(separator: ", ") }
}
