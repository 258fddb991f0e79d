import Millrace

/// The SVG elements of a drawing and its legend.
enum SVGShapes {
    static func text(_ content: String, x: Double, y: Double, style: String) -> String {
        "<text class=\"\(style)\" x=\"\(x.xmlNumber)\" y=\"\(y.xmlNumber)\">\(content.xmlEscaped)</text>"
    }

    static func rectangle(_ frame: GraphLayout.Frame, style: String, radius: Double) -> String {
        "<rect class=\"\(style)\" x=\"\(frame.x.xmlNumber)\" y=\"\(frame.y.xmlNumber)\""
            + " width=\"\(frame.width.xmlNumber)\" height=\"\(frame.height.xmlNumber)\" rx=\"\(radius.xmlNumber)\"/>"
    }

    /// Returns a badge with a small cylinder and the name of a state.
    static func badge(_ name: String, x: Double, y: Double) -> [String] {
        let height = OperatorCard.badgeHeight
        let frame = GraphLayout.Frame(x: x, y: y, width: OperatorCard.badgeWidth(name), height: height)
        let (left, top) = ((x + 9).xmlNumber, (y + 6).xmlNumber)
        return [
            rectangle(frame, style: "badge", radius: height / 2),
            "<path class=\"cylinder\" d=\"M\(left) \(top) v8 a5 2 0 0 0 10 0 v-8 a5 2 0 0 0 -10 0 a5 2 0 0 0 10 0\"/>",
            text(name, x: x + OperatorCard.badgeInset.left, y: y + 14.3, style: "badge-text"),
        ]
    }

    /// Returns an arrowhead that points down to the given point.
    static func arrowhead(at tip: GraphLayout.Point, kind: GraphDescription.Edge.Kind) -> String {
        let half = kind == .exchange ? 7.0 : 5.0
        let base = tip.y - EdgeRouter.arrowLength
        let corners = [(tip.x - half, base), (tip.x + half, base), (tip.x, tip.y)]
        let points = corners.map { "\($0.xmlNumber) \($1.xmlNumber)" }.joined(separator: " L")
        return "<path class=\"\(kind.rawValue)-head\" d=\"M\(points) Z\"/>"
    }

    /// Returns the label of an exchange, with a background that covers the edge.
    static func exchangeLabel(around point: GraphLayout.Point) -> [String] {
        [
            rectangle(
                GraphLayout.labelFrame(around: point), style: "page label", radius: GraphLayout.labelHeight / 2),
            text(GraphLayout.exchangeLabel, x: point.x, y: point.y + 4.2, style: "muted label-text"),
        ]
    }
}
