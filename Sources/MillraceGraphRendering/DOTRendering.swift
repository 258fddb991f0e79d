import Millrace

/// Renders a graph for Graphviz: a cluster for each stage, bold edges for exchanges, dashed edges for side outputs, and
/// a cylinder for each operator with state.
struct DOTRendering {
    let graph: GraphDescription

    var text: String {
        var lines = [
            "digraph \(Self.quoted(graph.pipeline)) {",
            "    rankdir=LR;",
            "    graph [fontname=\"Helvetica\"];",
            "    node [fontname=\"Helvetica\", shape=box, style=rounded];",
            "    edge [fontname=\"Helvetica\"];",
        ]
        for (index, stage) in graph.stages.enumerated() {
            lines += ["    subgraph cluster_\(index) {", "        label=\(Self.label([stage.title]));"]
            lines += graph.operators.filter { $0.stage == index }.map { "        " + node($0) }
            lines.append("    }")
        }
        lines += graph.operators.filter { !graph.stages.indices.contains($0.stage) }.map { "    " + node($0) }
        lines += graph.edges.map { "    " + arrow($0) }
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func node(_ operation: GraphDescription.Operator) -> String {
        var lines = [operation.id.printable, operation.kind.printable]
        if !operation.detail.isEmpty { lines.append(operation.detail.printable) }
        lines += operation.states.map { "state \($0.name.printable)" }
        let shape = operation.states.isEmpty ? "" : ", shape=cylinder, style=\"\""
        return "\(Self.quoted(operation.id)) [label=\(Self.label(lines))\(shape)];"
    }

    private func arrow(_ edge: GraphDescription.Edge) -> String {
        let attributes =
            switch edge.kind {
            case .forward: ""
            case .exchange: " [penwidth=3, label=\"by key\"]"
            case .side: " [style=dashed]"
            }
        return "\(Self.quoted(edge.from)) -> \(Self.quoted(edge.to))\(attributes);"
    }

    /// Returns a quoted identifier.
    static func quoted(_ text: String) -> String { "\"\(escaped(text.printable))\"" }

    /// Returns a quoted label of several lines. Graphviz decodes HTML entities in labels, so `&` is written as `&amp;`.
    static func label(_ lines: [String]) -> String {
        "\"\(lines.map { escaped($0, ampersand: "&amp;") }.joined(separator: "\\n"))\""
    }

    /// Escapes a text. Doubling backslashes also disables Graphviz's own escapes (`\N`, `\G`).
    ///
    /// By Unicode scalar, because a quotation mark with a combining accent is another `Character` but still ends the
    /// string.
    private static func escaped(_ text: String, ampersand: String = "&") -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "&": result += ampersand
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
