/// A step of a pattern.
@usableFromInline
struct PatternStep<Record: Sendable>: Sendable {
    @usableFromInline let name: String
    @usableFromInline let condition: @Sendable (Record) -> Bool
    @usableFromInline let least: Int
    @usableFromInline let most: Int
    /// Whether each of its records must directly follow the one taken before it.
    @usableFromInline let isStrict: Bool
    /// The maximum time since the last record of the previous step, in milliseconds.
    @usableFromInline let limit: Int64?
    /// Conditions that no record between the previous step and this one may satisfy.
    @usableFromInline var forbidden: [@Sendable (Record) -> Bool] = []

    init(
        name: String, condition: @escaping @Sendable (Record) -> Bool, times: ClosedRange<Int>, isStrict: Bool,
        limit: Int64?
    ) {
        self.name = name
        self.condition = condition
        least = times.lowerBound
        most = times.upperBound
        self.isStrict = isStrict
        self.limit = limit
    }

    var detail: String {
        let times = least == most ? "\(least)" : most == .max ? "\(least) or more" : "\(least) to \(most)"
        var parts = [isStrict ? "next \(name)" : name]
        if (least, most) != (1, 1) { parts.append("(\(times))") }
        if let limit { parts.append("within \(Duration.milliseconds(limit))") }
        return parts.joined(separator: " ")
    }
}

/// The number of records that a step of a pattern takes: `3`, `3...`, or `3...5`.
///
/// ```swift
/// let fraud = Pattern<Login>("fraud")
///     .first("failed", where: { !$0.succeeded }, times: 3...)                 // three or more
///     .then("success", where: { $0.succeeded }, times: 2)
/// ```
public protocol PatternTimes: Sendable {
    /// The minimum and the maximum number of records.
    var range: ClosedRange<Int> { get }
}

extension Int: PatternTimes {
    public var range: ClosedRange<Int> { self...self }
}

extension ClosedRange: PatternTimes where Bound == Int {
    public var range: ClosedRange<Int> { self }
}

extension PartialRangeFrom: PatternTimes where Bound == Int {
    public var range: ClosedRange<Int> { lowerBound...Int.max }
}
