import Millrace

/// Renders a graph as SVG.
///
/// Each operator is a `<g class="operator" data-operator="id">` and each edge a `<g class="edge" data-from data-to>`,
/// so that a page can find and style them. Tooltips show their details.
struct SVGRendering {
    let graph: GraphDescription

    private static let margin = 24.0
    private static let headingHeight = 38.0
    private static let headingSize = 20.0
    private static let gapBeforeLegend = 22.0

    var text: String {
        let layout = GraphLayout(graph)
        let legend = SVGLegend(graph: graph, layout: layout)
        let name = graph.pipeline.printable
        let heading = TextMetrics.width(of: name, size: Self.headingSize, isBold: true)
        let inner = max(layout.width, legend.leastWidth, heading).rounded(.up)
        let top = Self.margin + Self.headingHeight
        let legendTop = top + layout.height + Self.gapBeforeLegend
        let (legendElements, legendHeight) = legend.elements(x: Self.margin, y: legendTop, limit: inner)
        let (width, height) = (inner + 2 * Self.margin, (legendTop + legendHeight + Self.margin).rounded(.up))

        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width.xmlNumber)\" height=\"\(height.xmlNumber)\""
                + " viewBox=\"0 0 \(width.xmlNumber) \(height.xmlNumber)\" role=\"img\">",
            "<title>\(graph.pipeline.xmlEscaped): operator graph</title>",
            "<style>",
        ]
        lines += SVGStyle.sheet + ["</style>"]
        lines.append("<rect class=\"page\" width=\"\(width.xmlNumber)\" height=\"\(height.xmlNumber)\"/>")
        lines.append(SVGShapes.text(name, x: Self.margin, y: Self.margin + 18, style: "name heading"))
        let shift = Self.margin + (inner - layout.width) / 2
        lines.append("<g transform=\"translate(\(shift.xmlNumber) \(top.xmlNumber))\">")
        lines += layout.areas.flatMap(area) + layout.paths.flatMap(edge) + layout.boxes.flatMap(box)
        lines += layout.paths.compactMap(\.label).flatMap(SVGShapes.exchangeLabel)
        lines.append("</g>")
        lines += ["<g class=\"legend\">"] + legendElements + ["</g>", "</svg>"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func area(_ area: GraphLayout.Area) -> [String] {
        let (x, y) = (area.frame.x + 16, area.frame.y)
        return [
            "<g class=\"stage\">",
            SVGShapes.rectangle(area.frame, style: "area", radius: 12),
            SVGShapes.text(area.title, x: x, y: y + 22, style: "name title"),
            SVGShapes.text(area.subtitle, x: x, y: y + 39, style: "muted small"),
            "</g>",
        ]
    }

    private func box(_ box: GraphLayout.Box) -> [String] {
        let operation = graph.operators[box.operation]
        let tooltip =
            (["\(operation.id.printable): \(operation.summary)"] + operation.states.map { "state \($0.summary)" })
        var lines = [
            "<g class=\"operator\" data-operator=\"\(operation.id.xmlEscaped)\">",
            "<title>\(tooltip.map(\.xmlEscaped).joined(separator: "\n"))</title>",
            SVGShapes.rectangle(box.frame, style: "box", radius: 8),
        ]
        let x = box.frame.x + OperatorCard.padding.across
        var y = box.frame.y + OperatorCard.padding.along
        for name in box.card.nameLines {
            lines.append(SVGShapes.text(name, x: x, y: y + 15, style: "name"))
            y += OperatorCard.nameHeight
        }
        for summary in box.card.summaryLines {
            lines.append(SVGShapes.text(summary, x: x, y: y + 13, style: "muted summary"))
            y += OperatorCard.summaryHeight
        }
        for badge in box.card.badges {
            lines += SVGShapes.badge(badge, x: x, y: y + OperatorCard.badgeGap)
            y += OperatorCard.badgeHeight + OperatorCard.badgeGap
        }
        return lines + ["</g>"]
    }

    private func edge(_ path: GraphLayout.Path) -> [String] {
        let edge = graph.edges[path.edge]
        guard let start = path.stretches.first?.top, let tip = path.stretches.last?.bottom else { return [] }
        var commands = ["M\(start.x.xmlNumber) \(start.y.xmlNumber)"]
        for (index, stretch) in path.stretches.enumerated() {
            if index > 0 { commands.append(Self.command(path.curve(before: index))) }
            let isLast = index == path.stretches.count - 1
            // The line ends below its arrowhead, because the tip is narrower than the line.
            commands.append("V\((stretch.bottom.y - (isLast ? EdgeRouter.arrowLength - 1 : 0)).xmlNumber)")
        }
        let names = "data-from=\"\(edge.from.xmlEscaped)\" data-to=\"\(edge.to.xmlEscaped)\""
        return [
            "<g class=\"edge\" \(names)>",
            "<title>\("\(edge.from.printable) to \(edge.to.printable): \(edge.record.printable)".xmlEscaped)</title>",
            "<path class=\"\(edge.kind.rawValue)\" d=\"\(commands.joined(separator: " "))\"/>",
            SVGShapes.arrowhead(at: tip, kind: edge.kind),
            "</g>",
        ]
    }

    private static func command(_ curve: EdgeCurve) -> String {
        let (x1, x2) = (curve.start.x.xmlNumber, curve.end.x.xmlNumber)
        if x1 == x2 { return "V\(curve.end.y.xmlNumber)" }
        return "C\(x1) \(curve.middle.xmlNumber) \(x2) \(curve.middle.xmlNumber) \(x2) \(curve.end.y.xmlNumber)"
    }
}
