/// What is wrong with a graph as it was declared. It is thrown when the pipeline is run, so that the sentence is seen in
/// release builds too.
@usableFromInline
struct GraphProblem: Sendable, Hashable {
    var message: String
    let advice: String

    @usableFromInline
    init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }

    /// A problem for each expectation that is not met.
    @usableFromInline
    static func unmet(_ expectations: (isMet: Bool, message: String, advice: String)...) -> [GraphProblem] {
        expectations.filter { !$0.isMet }.map { GraphProblem($0.message, advice: $0.advice) }
    }

    /// Rates that can be kept to, in records per second.
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
