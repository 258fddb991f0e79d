import Millrace

/// Writes a graph as a Mermaid flowchart: a subgraph for each stage, thick arrows for exchanges, dotted ones for side
/// outputs, a cylinder for an operator that keeps state.
struct MermaidRendering {
    let graph: GraphDescription

    /// Nodes are called `n0`, `n1`, ...: an operator's own name may be a word of Mermaid's grammar (`end`).
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

    /// Everything but letters, digits, spaces and a few harmless marks as `#46;`.
    ///
    /// Quotation marks alone are not enough: Mermaid reads labels as Markdown in places (`1. first` becomes a list it
    /// refuses), as HTML in others, its entity decoder trips over `style:#46;`, and its lexer takes a whole line with
    /// `direction TB` anywhere in it for a direction.
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

    /// For the title line, which knows no entities: what could end it is dropped.
    private static func plain(_ text: String) -> String {
        text.printable.unicodeScalars.reduce(into: "") { result, scalar in
            result.unicodeScalars.append("#;{}%\"<>&".unicodeScalars.contains(scalar) ? " " : scalar)
        }
    }
}
