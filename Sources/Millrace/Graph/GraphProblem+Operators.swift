extension GraphProblem {
    /// Returns the errors that can be found by looking at the operators alone.
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
                        "source '\(node.id)' has a rate limit of \(rate) records a second",
                        advice: "Give it a rate between \(rates.lowerBound) and \(rates.upperBound), or none"))
            }
        }
        return found
    }
}
