/// The horizontal positions of all nodes: first within their blocks, then of the blocks.
struct LayoutPlacement {
    /// The left and right edge of each block.
    private(set) var spans: [(left: Double, right: Double)]
    private(set) var nodes: [LayoutNode]

    private let layout: LayoutNodes
    private let order: LayoutOrder

    private static let sweeps = 10
    private static let gapBetweenNodes = 28.0
    private static let gapBetweenBlocks = 30.0
    /// The space between the edge of a block and its boxes.
    private static let padding = 20.0

    /// - Parameter titleWidths: The width of each block's title in its upper left corner, which edges from above must
    ///   not cross.
    init(_ layout: LayoutNodes, order: LayoutOrder, titleWidths: [Double]) {
        self.layout = layout
        self.order = order
        nodes = layout.nodes
        spans = []
        for block in layout.blocks.indices {
            arrange(block)
            spans.append(span(of: block, titleWidth: titleWidths[block]))
        }
        placeBlocks()
    }

    /// Places the nodes of a block around 0.
    private mutating func arrange(_ block: Int) {
        let layers = order.layersOfBlock[block]
        for layer in layers { placeNodes(layer) { _ in 0 } }
        for sweep in 0..<Self.sweeps {
            let downward = sweep.isMultiple(of: 2)
            for layer in downward ? layers : layers.reversed() {
                let current = nodes
                placeNodes(layer) { node in
                    let last = sweep == Self.sweeps - 1
                    let (above, below) = (current[node].above, current[node].below)
                    let neighbours = last ? above + below : downward ? above : below
                    let inside = neighbours.filter { current[$0].block == block }
                    return Self.mean(inside.map { current[$0].x }) ?? current[node].x
                }
            }
        }
    }

    private mutating func placeNodes(_ layer: [Int], wish: (Int) -> Double) {
        let items = layer.map { RowPlacement.Item(wish: wish($0), width: nodes[$0].width) }
        for (node, middle) in zip(layer, RowPlacement.middles(of: items, gap: Self.gapBetweenNodes)) {
            nodes[node].x = middle
        }
    }

    private func span(of block: Int, titleWidth: Double) -> (left: Double, right: Double) {
        let members = order.layersOfBlock[block].joined()
        let padding = layout.blocks[block].group == nil ? 0 : Self.padding
        var left = (members.map { nodes[$0].x - nodes[$0].width / 2 }.min() ?? 0) - padding
        let right = (members.map { nodes[$0].x + nodes[$0].width / 2 }.max() ?? 0) + padding
        let entries = order.layersOfBlock[block].first?.filter { !nodes[$0].above.isEmpty } ?? []
        for entry in entries {
            // If the box has several incoming edges, the leftmost port is left of the middle.
            let ports = EdgePorts.halfSpread(count: nodes[entry].above.count, width: nodes[entry].width)
            left = min(left, nodes[entry].x - ports - titleWidth - 1.4 * padding)
        }
        return (left, max(right, left + titleWidth + 2 * padding))
    }

    private mutating func placeBlocks() {
        for band in order.blocksOfBand { placeBlocks(band) { _ in 0 } }
        for sweep in 0..<Self.sweeps {
            let downward = sweep.isMultiple(of: 2)
            for band in downward ? order.blocksOfBand : order.blocksOfBand.reversed() {
                let current = self
                placeBlocks(band) { current.wish(of: $0, downward: downward) }
            }
        }
    }

    /// Returns the position of the middle of a block at which its edges from or to other blocks are straight.
    private func wish(of block: Int, downward: Bool) -> Double {
        let middle = (spans[block].left + spans[block].right) / 2
        let pulls = order.layersOfBlock[block].joined().flatMap { node in
            (downward ? nodes[node].above : nodes[node].below)
                .filter { nodes[$0].block != block }.map { nodes[$0].x - nodes[node].x }
        }
        return middle + (Self.mean(pulls) ?? 0)
    }

    private mutating func placeBlocks(_ band: [Int], wish: (Int) -> Double) {
        let items = band.map { RowPlacement.Item(wish: wish($0), width: spans[$0].right - spans[$0].left) }
        for (block, middle) in zip(band, RowPlacement.middles(of: items, gap: Self.gapBetweenBlocks)) {
            let move = middle - (spans[block].left + spans[block].right) / 2
            spans[block].left += move
            spans[block].right += move
            for node in order.layersOfBlock[block].joined() { nodes[node].x += move }
        }
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
