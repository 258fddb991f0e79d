/// A fault in a graph as declared. Collected during declaration and thrown as `ConfigurationError` when the pipeline is
/// run, because a precondition would not print its message in release builds.
@usableFromInline
struct GraphProblem: Sendable, Hashable {
    var message: String
    let advice: String

    @usableFromInline
    init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }

    /// Returns a problem for each expectation that is not met.
    @usableFromInline
    static func unmet(_ expectations: (isMet: Bool, message: String, advice: String)...) -> [GraphProblem] {
        expectations.filter { !$0.isMet }.map { GraphProblem($0.message, advice: $0.advice) }
    }

    /// The valid rate limits, in records per second.
    static let rates: ClosedRange<Double> = 1e-6...1e12

    @usableFromInline
    static func lateness(_ lateness: Duration) -> [GraphProblem] {
        unmet((lateness >= .zero, "allowed lateness must not be negative, got \(lateness)", "Give it zero or more"))
    }

    static func rate(_ rate: Double?) -> [GraphProblem] {
        guard let rate, !rates.contains(rate) else { return [] }
        return [
            GraphProblem(
                "\(rate) records a second",
                advice: "Give it a rate between \(rates.lowerBound) and \(rates.upperBound), or none")
        ]
    }
}
