import Testing

@testable import Millrace
@testable import MillraceState
@testable import MillraceGraphRendering

@Suite("Layout of a drawn graph")
struct GraphLayoutTests {
    @Test("Whatever the graph, boxes, stages, titles and labels keep clear of each other", arguments: 1...60)
    func nothingOverlaps(seed: UInt64) {
        let graph = RandomGraph(seed: seed, operators: Int(seed % 20) + 2).graph
        let layout = GraphLayout(graph)
        let boxes = layout.boxes.map(\.frame)
        let areas = layout.areas.map(\.frame)
        let labels = layout.paths.compactMap(\.label).map(GraphLayout.labelFrame)
        #expect(overlaps(boxes, boxes).isEmpty)
        #expect(overlaps(areas, areas).isEmpty)
        #expect(overlaps(labels, boxes).isEmpty)
        #expect(overlaps(labels, labels).isEmpty)
        for box in boxes {
            #expect(areas.filter { $0.overlaps(box) }.count == 1)
            #expect(box.x >= 0 && box.x + box.width <= layout.width)
            #expect(box.y >= 0 && box.y + box.height <= layout.height)
        }
    }

    @Test("Edges pass beside boxes and titles, not across", arguments: 1...60)
    func edgesKeepClear(seed: UInt64) {
        let graph = RandomGraph(seed: seed, operators: Int(seed % 20) + 2).graph
        let layout = GraphLayout(graph)
        let titles = layout.areas.map { area in
            let width = TextMetrics.width(of: area.title, size: GraphLayout.titleSize, isBold: true)
            return GraphLayout.Frame(x: area.frame.x + 16, y: area.frame.y + 8, width: width, height: 34)
        }
        for path in layout.paths {
            let edge = graph.edges[path.edge]
            let others = layout.boxes.filter { ![edge.from, edge.to].contains(graph.operators[$0.operation].id) }
            for point in samples(of: path) {
                let dot = GraphLayout.Frame(x: point.x, y: point.y, width: 0.01, height: 0.01)
                #expect(!others.contains { $0.frame.overlaps(dot) }, "\(edge.from) to \(edge.to)")
                #expect(!titles.contains { $0.overlaps(dot) }, "\(edge.from) to \(edge.to)")
            }
        }
    }

    @Test("Every edge leads downwards")
    func layersFollowEdges() {
        let layout = GraphLayout(SampleGraphs.airports)
        let tops = Dictionary(
            uniqueKeysWithValues: layout.boxes.map { (SampleGraphs.airports.operators[$0.operation].id, $0.frame.y) })
        for edge in SampleGraphs.airports.edges {
            #expect((tops[edge.from] ?? 0) < (tops[edge.to] ?? 0), "\(edge.from) to \(edge.to)")
        }
    }

    @Test("Operators behind a merge get a background that names the stages which run them")
    func mergedStages() {
        let titles = GraphLayout(SampleGraphs.airports).areas.map(\.title)
        #expect(titles == ["flights", "charter", "within flights, charter", "hourly", "airports"])
    }

    /// ```
    /// wishes   a,b,c at 0          (width 10, gap 2)
    /// places   a -12   b 0   c 12
    /// ```
    @Test("A row gives way evenly, and not at all where there is room")
    func rowPlacement() {
        let crowd = Array(repeating: RowPlacement.Item(wish: 0, width: 10), count: 3)
        #expect(RowPlacement.middles(of: crowd, gap: 2) == [-12, 0, 12])
        let spacious = [RowPlacement.Item(wish: 0, width: 10), RowPlacement.Item(wish: 50, width: 10)]
        #expect(RowPlacement.middles(of: spacious, gap: 2) == [0, 50])
    }

    @Test("A description with a circle is still drawn")
    func circle() {
        var graph = SampleGraphs.carrying("x")
        graph.edges.append(SampleGraphs.edge("cx", "ax", "Record", .exchange))
        let layout = GraphLayout(graph)
        #expect(layout.boxes.count == 3)
        #expect(layout.paths.count == 3)
        #expect(overlaps(layout.boxes.map(\.frame), layout.boxes.map(\.frame)).isEmpty)
    }

    @Test("A stage that records leave and enter again is drawn without backgrounds")
    func stageInTwoPieces() {
        var graph = SampleGraphs.carrying("x")
        graph.operators[2].stage = 0
        graph.edges[1].kind = .exchange
        let layout = GraphLayout(graph)
        #expect(layout.areas.isEmpty)
        #expect(layout.paths.compactMap(\.label).count == 2)
        #expect(overlaps(layout.boxes.map(\.frame), layout.boxes.map(\.frame)).isEmpty)
    }

    @Test("Edges to unknown operators and stages out of range do no harm", arguments: GraphFormat.allCases)
    func damaged(format: GraphFormat) {
        var graph = SampleGraphs.carrying("x")
        graph.edges.append(SampleGraphs.edge("ax", "nowhere", "Record"))
        graph.operators[2].stage = 17
        #expect(graph.rendered(as: format).contains("cx"))
        let empty = GraphDescription(pipeline: "nothing yet", operators: [], edges: [], stages: [])
        #expect(!empty.rendered(as: format).isEmpty)
    }

    private func overlaps(_ first: [GraphLayout.Frame], _ second: [GraphLayout.Frame]) -> [String] {
        first.enumerated().flatMap { index, frame in
            second.enumerated().filter { (first != second || $0.offset > index) && $0.element.overlaps(frame) }
                .map { "\(frame) and \($0.element)" }
        }
    }

    /// Points along a path, a few pixels apart.
    private func samples(of path: GraphLayout.Path) -> [GraphLayout.Point] {
        var points: [GraphLayout.Point] = []
        for (index, stretch) in path.stretches.enumerated() {
            if index > 0 {
                let curve = path.curve(before: index)
                points += (0...40).map { curve.point(at: Double($0) / 40) }
            }
            let length = max(0, stretch.bottom.y - stretch.top.y)
            points += stride(from: 0, through: length, by: 4).map {
                GraphLayout.Point(x: stretch.top.x, y: stretch.top.y + $0)
            }
        }
        return points
    }
}
