import Millrace

/// The positions of all elements of a drawing, in pixels from the upper left corner. Records flow downwards.
///
/// Downwards because boxes are wide and low, so that a pipeline of ten operators fits a page at full text size.
struct GraphLayout {
    /// A point of the drawing.
    struct Point: Hashable {
        var x: Double
        var y: Double
    }

    /// A rectangle of the drawing.
    struct Frame: Hashable {
        var x: Double
        var y: Double
        var width: Double
        var height: Double

        /// Returns whether the two rectangles have points in common.
        func overlaps(_ other: Frame) -> Bool {
            x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
        }
    }

    /// The box of an operator.
    struct Box {
        /// The index in the description's operators.
        var operation: Int
        var card: OperatorCard
        var frame: Frame
    }

    /// The background of operators that run together.
    struct Area {
        var title: String
        var subtitle: String
        var frame: Frame
    }

    /// The path of an edge: vertical stretches, connected by curves.
    struct Path {
        /// The index in the description's edges.
        var edge: Int
        /// The upper and lower end of each vertical stretch.
        var stretches: [(top: Point, bottom: Point)]
        /// The middle of the label of an exchange.
        var label: Point?
    }

    private(set) var boxes: [Box] = []
    private(set) var areas: [Area] = []
    private(set) var paths: [Path] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    /// The label of an exchange.
    static let exchangeLabel = "by key"
    static let labelSize = 12.0
    static var labelWidth: Double { TextMetrics.width(of: exchangeLabel, size: labelSize) + 14 }
    static let labelHeight = 19.0
    /// The possible positions of a label along a curve, in order of preference.
    private static let labelPlaces = [0.5, 0.68, 0.32, 0.8, 0.2]
    static let titleSize = 14.0
    static let subtitleSize = 12.0

    init(_ graph: GraphDescription) {
        let links = GraphLinks(graph: graph)
        let grouping = StageGrouping(graph: graph, links: links)
        let cards = graph.operators.map(OperatorCard.init)
        let layout = LayoutNodes(cards: cards, links: links, grouping: grouping)
        let titles = layout.blocks.map { block in
            block.group.map { Self.title(of: grouping.groups[$0], in: graph) } ?? (title: "", subtitle: "")
        }
        let order = LayoutOrder(layout)
        let placement = LayoutPlacement(
            layout, order: order,
            titleWidths: titles.map {
                max(
                    TextMetrics.width(of: $0.title, size: Self.titleSize, isBold: true),
                    TextMetrics.width(of: $0.subtitle, size: Self.subtitleSize))
            })
        let rows = LayoutRows(layout)
        let left = placement.spans.map(\.left).min() ?? 0
        boxes = cards.enumerated().map { position, card in
            let node = placement.nodes[position]
            let frame = Frame(
                x: node.x - node.width / 2 - left, y: rows.tops[node.layer], width: node.width, height: node.height)
            return Box(operation: position, card: card, frame: frame)
        }
        for (index, block) in layout.blocks.enumerated() where !titles[index].title.isEmpty {
            let span = placement.spans[index]
            let members = layout.nodes.filter { $0.block == index && $0.operation != nil }
            let (top, bottom) = rows.area(around: members, band: block.band)
            let frame = Frame(x: span.left - left, y: top, width: span.right - span.left, height: bottom - top)
            areas.append(Area(title: titles[index].title, subtitle: titles[index].subtitle, frame: frame))
        }
        let router = EdgeRouter(layout: layout, nodes: placement.nodes, rows: rows, left: left)
        paths = router.paths
        placeLabels(graph)
        width = (placement.spans.map(\.right).max() ?? 0) - left
        height = rows.height
    }

    private static func title(
        of group: StageGrouping.Group, in graph: GraphDescription
    ) -> (title: String, subtitle: String) {
        let stages = group.stages.map { graph.stages[$0] }
        guard let first = stages.first else { return ("", "") }
        if stages.count == 1 { return (first.name.printable, first.taskTitle) }
        let names = stages.map(\.name.printable)
        return ("within " + names.joined(separator: ", "), "in the tasks of each of these stages")
    }

    /// Places labels in the middle of the last curve of an exchange, or elsewhere along it if the place is taken.
    private mutating func placeLabels(_ graph: GraphDescription) {
        var taken = boxes.map(\.frame)
        for index in paths.indices where graph.edges[paths[index].edge].kind == .exchange {
            let last = paths[index].stretches.count - 1
            guard last > 0 else { continue }
            let lastCurve = paths[index].curve(before: last)
            let candidates = Self.labelPlaces.map { lastCurve.point(at: $0) }
            let free = candidates.first { point in !taken.contains { $0.overlaps(Self.labelFrame(around: point)) } }
            guard let point = free ?? candidates.first else { continue }
            paths[index].label = point
            taken.append(Self.labelFrame(around: point))
        }
    }

    /// Returns the frame of the label of an exchange.
    static func labelFrame(around point: Point) -> Frame {
        Frame(x: point.x - labelWidth / 2, y: point.y - labelHeight / 2, width: labelWidth, height: labelHeight)
    }
}
