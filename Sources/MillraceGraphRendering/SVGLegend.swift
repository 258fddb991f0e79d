import Millrace

/// The legend of a drawing, with only the marks that occur in it.
struct SVGLegend {
    /// A mark and its meaning.
    private struct Entry {
        var text: String
        var mark: Mark
    }

    private enum Mark {
        case area
        case edge(GraphDescription.Edge.Kind)
        case badge
    }

    private let entries: [Entry]

    static let rowHeight = 26.0
    private static let markWidth = 44.0
    private static let gap = 26.0

    init(graph: GraphDescription, layout: GraphLayout) {
        let kinds = Set(layout.paths.map { graph.edges[$0.edge].kind })
        let hasState = graph.operators.contains { !$0.states.isEmpty }
        let all: [(isUsed: Bool, entry: Entry)] = [
            (!layout.areas.isEmpty, Entry(text: "stage: operators that run in one task", mark: .area)),
            (kinds.contains(.forward), Entry(text: "call within a task", mark: .edge(.forward))),
            (kinds.contains(.exchange), Entry(text: "exchange between tasks", mark: .edge(.exchange))),
            (kinds.contains(.side), Entry(text: "side output", mark: .edge(.side))),
            (hasState, Entry(text: "keyed state", mark: .badge)),
        ]
        entries = all.filter(\.isUsed).map(\.entry)
    }

    /// The width of the widest entry.
    var leastWidth: Double { entries.map(width).max() ?? 0 }

    private func width(_ entry: Entry) -> Double {
        Self.markWidth + TextMetrics.width(of: entry.text, size: GraphLayout.subtitleSize)
    }

    /// Returns the elements, in rows of at most `limit` pixels, and the total height of the rows.
    func elements(x: Double, y: Double, limit: Double) -> (elements: [String], height: Double) {
        var elements: [String] = []
        var offset = 0.0
        var row = 0.0
        for entry in entries {
            if offset > 0, offset + width(entry) > limit {
                offset = 0
                row += 1
            }
            let middle = GraphLayout.Point(x: x + offset, y: y + row * Self.rowHeight + Self.rowHeight / 2)
            elements += mark(entry.mark, at: middle)
            elements.append(
                SVGShapes.text(entry.text, x: middle.x + Self.markWidth, y: middle.y + 4.2, style: "muted small"))
            offset += width(entry) + Self.gap
        }
        return (elements, entries.isEmpty ? 0 : (row + 1) * Self.rowHeight)
    }

    /// - Parameter middle: The middle of the left side of the mark.
    private func mark(_ mark: Mark, at middle: GraphLayout.Point) -> [String] {
        switch mark {
        case .area:
            let frame = GraphLayout.Frame(x: middle.x, y: middle.y - 9, width: 34, height: 18)
            return [SVGShapes.rectangle(frame, style: "area", radius: 5)]
        case .edge(let kind):
            let (x, y) = (middle.x.xmlNumber, middle.y.xmlNumber)
            return ["<path class=\"\(kind.rawValue)\" d=\"M\(x) \(y) h34\"/>"]
        case .badge:
            return SVGShapes.badge("", x: middle.x, y: middle.y - OperatorCard.badgeHeight / 2)
        }
    }
}
