import Millrace

/// Renders a graph as a Mermaid flowchart: a subgraph for each stage, thick arrows for exchanges, dotted arrows for
/// side outputs, and a cylinder for each operator with state.
struct MermaidRendering {
    let graph: GraphDescription

    /// The identifiers `n0`, `n1`, ... of the operators, whose own names may be keywords of Mermaid (`end`).
    private let names: [String: String]

    init(graph: GraphDescription) {
        self.graph = graph
        names = Dictionary(
            graph.operators.enumerated().map { ($1.id, "n\($0)") }, uniquingKeysWith: { first, _ in first })
    }

    var text: String {
        var lines = ["flowchart LR", "    accTitle: \(Self.plain(graph.pipeline))"]
        for (index, stage) in graph.stages.enumerated() {
            lines.append("    subgraph s\(index)[\"\(Self.escaped(stage.title))\"]")
            lines += graph.operators.filter { $0.stage == index }.compactMap(node).map { "        " + $0 }
            lines.append("    end")
        }
        lines += graph.operators.filter { !graph.stages.indices.contains($0.stage) }.compactMap(node).map {
            "    " + $0
        }
        lines += graph.edges.compactMap(arrow).map { "    " + $0 }
        return lines.joined(separator: "\n") + "\n"
    }

    private func node(_ operation: GraphDescription.Operator) -> String? {
        guard let name = names[operation.id] else { return nil }
        var lines = [Self.escaped(operation.id), Self.escaped(operation.kind)]
        if !operation.detail.isEmpty { lines.append(Self.escaped(operation.detail)) }
        lines += operation.states.map { "state \(Self.escaped($0.name))" }
        let label = lines.joined(separator: "<br/>")
        return operation.states.isEmpty ? "\(name)[\"\(label)\"]" : "\(name)[(\"\(label)\")]"
    }

    private func arrow(_ edge: GraphDescription.Edge) -> String? {
        guard let from = names[edge.from], let to = names[edge.to] else { return nil }
        return switch edge.kind {
        case .forward: "\(from) --> \(to)"
        case .exchange: "\(from) ==>|\"by key\"| \(to)"
        case .side: "\(from) -.-> \(to)"
        }
    }

    /// Returns the text with all characters but letters, digits, spaces and a few others written as entities (`#46;`).
    ///
    /// Escaping quotation marks is not enough: Mermaid parses labels as Markdown in some places (`1. first` becomes a
    /// list, which it rejects) and as HTML in others, its entity decoder fails for `style:#46;`, and its lexer takes a
    /// line that contains `direction TB` for a direction.
    static func escaped(_ text: String) -> String {
        let scalars = text.printable.unicodeScalars
        var result = ""
        for index in scalars.indices {
            let scalar = scalars[index]
            if isHarmless(scalar), !scalars[index...].starts(with: "direction".unicodeScalars) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "#\(scalar.value);"
            }
        }
        return result
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return true }
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", ",", "(", ")", "/": return true
        default: return false
        }
    }

    /// Returns the text for the title line, which does not support entities: special characters are replaced by spaces.
    private static func plain(_ text: String) -> String {
        text.printable.unicodeScalars.reduce(into: "") { result, scalar in
            result.unicodeScalars.append("#;{}%\"<>&".unicodeScalars.contains(scalar) ? " " : scalar)
        }
    }
}
