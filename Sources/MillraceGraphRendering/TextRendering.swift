import Millrace

/// Renders a graph as plain text for a terminal.
///
/// ```
/// flight-delays: 4 operators in 2 stages
///
/// flights (1 per partition)
/// ├─ flights  source: CSV files in flights
/// │    → parse [Line]
/// └─ parse  map
///      ⇒ hourly by key [Flight]
/// ```
struct TextRendering {
    let graph: GraphDescription

    var text: String {
        let operators = Self.count(graph.operators.count, "operator")
        let stages = Self.count(graph.stages.count, "stage")
        var lines = ["\(graph.pipeline.printable): \(operators) in \(stages)"]
        for (index, stage) in graph.stages.enumerated() {
            lines += ["", stage.title]
            lines += tree(of: graph.operators.filter { $0.stage == index })
        }
        let strays = graph.operators.filter { !graph.stages.indices.contains($0.stage) }
        if !strays.isEmpty {
            lines += ["", "in no stage"]
            lines += tree(of: strays)
        }
        lines += legend
        return lines.joined(separator: "\n") + "\n"
    }

    private func tree(of operators: [GraphDescription.Operator]) -> [String] {
        operators.enumerated().flatMap { position, node in
            let isLast = position == operators.count - 1
            let inner = details(of: node).map { (isLast ? "     " : "│    ") + $0 }
            return [(isLast ? "└─ " : "├─ ") + "\(node.id.printable)  \(node.summary)"] + inner
        }
    }

    private func details(of node: GraphDescription.Operator) -> [String] {
        node.states.map { "state \($0.summary)" } + graph.edges.filter { $0.from == node.id }.map(arrow)
    }

    private func arrow(_ edge: GraphDescription.Edge) -> String {
        let target = edge.to.printable
        let record = edge.record.isEmpty ? "" : " [\(edge.record.printable)]"
        return switch edge.kind {
        case .forward: "→ \(target)\(record)"
        case .exchange: "⇒ \(target) by key\(record)"
        case .side: "⇢ \(target)\(record)"
        }
    }

    private var legend: [String] {
        let kinds = Set(graph.edges.map(\.kind))
        var parts: [String] = []
        if kinds.contains(.forward) { parts.append("→ call within a task") }
        if kinds.contains(.exchange) { parts.append("⇒ exchange to the task that has the key") }
        if kinds.contains(.side) { parts.append("⇢ side output") }
        return parts.isEmpty ? [] : ["", parts.joined(separator: "   ")]
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}
