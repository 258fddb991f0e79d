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

    /// What can be seen of the operators of a pipeline.
    static func all(of operators: [OperatorNode], in pipeline: String) -> [GraphProblem] {
        var found: [GraphProblem] = []
        if pipeline.isEmpty {
            found.append(
                GraphProblem("the pipeline has no name, and state folders belong to one", advice: "Give it one"))
        }
        if !operators.contains(where: { $0.source != nil }) {
            found.append(GraphProblem("the pipeline has no source", advice: "Begin a stream with graph.source(...)"))
        }
        let named = Dictionary(grouping: operators, by: \.id).sorted { $0.key < $1.key }
        for (id, same) in named where same.count > 1 {
            found.append(
                GraphProblem("\(same.count) operators are named '\(id)'", advice: "Rename all but one"))
        }
        for node in operators {
            if let name = node.name, name.isEmpty || name.contains("/") {
                found.append(
                    GraphProblem("an operator's name must not be empty or contain '/': '\(name)'", advice: "Rename it"))
            }
            for (name, same) in Dictionary(grouping: node.states, by: \.name) where same.count > 1 {
                found.append(
                    GraphProblem("operator '\(node.id)' declares two states named '\(name)'", advice: "Rename one"))
            }
            for problem in node.problems {
                found.append(GraphProblem("operator '\(node.id)': \(problem.message)", advice: problem.advice))
            }
            if let rate = node.source?.recordsPerSecond, !rates.contains(rate) {
                found.append(
                    GraphProblem(
                        "source '\(node.id)' is to give \(rate) records a second",
                        advice: "Give it a rate between \(rates.lowerBound) and \(rates.upperBound), or none"))
            }
        }
        return found
    }

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
