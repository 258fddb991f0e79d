/// Something that takes a place in a layer of the drawing: an operator's box, or a bend of an edge that passes by.
struct LayoutNode {
    /// Position in the description's operators; `nil` for a bend.
    var operation: Int?
    /// Position in `LayoutNodes.blocks`.
    var block: Int
    /// Counted from the top of the drawing.
    var layer: Int
    var width: Double
    var height: Double
    /// Nodes that lead here, in the layer above.
    var above: [Int] = []
    /// Nodes that this one leads to, in the layer below.
    var below: [Int] = []
    /// Middle, from the left of the drawing.
    var x = 0.0
}

/// Nodes that stay together: a group of operators and the bends within it, or the bends of one edge that passes a band.
struct LayoutBlock {
    /// Position in the grouping's groups; `nil` for a passing edge.
    var group: Int?
    /// Blocks of a band stand side by side; bands are stacked.
    var band: Int
    /// Nodes from left to right for each layer of the band.
    var layers: [[Int]]
}

/// Boxes and bends in layers: every edge becomes a chain of nodes in adjacent layers (Sugiyama's method), so that
/// ordering and placement need not know about long edges.
struct LayoutNodes {
    /// An edge and the nodes that it passes, its two operators included.
    struct Chain {
        var edge: Int
        var nodes: [Int]
    }

    private(set) var nodes: [LayoutNode] = []
    private(set) var blocks: [LayoutBlock] = []
    private(set) var chains: [Chain] = []
    /// Layers of each band, counted from the top of the drawing.
    private(set) var bands: [Range<Int>] = []

    /// Space that an edge takes when it passes between boxes.
    private static let bendWidth = 16.0

    init(cards: [OperatorCard], links: GraphLinks, grouping: StageGrouping) {
        let depths = Self.depths(links: links, grouping: grouping)
        stack(depths: depths, grouping: grouping)
        for (index, group) in grouping.groups.enumerated() {
            let layers = Array(repeating: [Int](), count: bands[group.band].count)
            blocks.append(LayoutBlock(group: index, band: group.band, layers: layers))
        }
        for (position, card) in cards.enumerated() {
            let block = grouping.groupOfOperator[position]
            let layer = bands[blocks[block].band].lowerBound + depths[position]
            add(
                LayoutNode(operation: position, block: block, layer: layer, width: card.width, height: card.height))
        }
        for link in links.inOrder { addChain(link) }
        chains += links.backward.map { Chain(edge: $0.edge, nodes: [$0.from, $0.to]) }
    }

    /// Each operator's layer within its group: the longest path that leads to it there.
    private static func depths(links: GraphLinks, grouping: StageGrouping) -> [Int] {
        var depths = Array(repeating: 0, count: grouping.groupOfOperator.count)
        for link in links.inOrder where grouping.groupOfOperator[link.from] == grouping.groupOfOperator[link.to] {
            depths[link.to] = max(depths[link.to], depths[link.from] + 1)
        }
        return depths
    }

    /// Gives each band as many layers as its deepest group needs.
    private mutating func stack(depths: [Int], grouping: StageGrouping) {
        let count = (grouping.groups.map(\.band).max() ?? -1) + 1
        var heights = Array(repeating: 0, count: count)
        for group in grouping.groups {
            let height = (group.members.map { depths[$0] }.max() ?? 0) + 1
            heights[group.band] = max(heights[group.band], height)
        }
        var top = 0
        for height in heights {
            bands.append(top..<top + height)
            top += height
        }
    }

    @discardableResult
    private mutating func add(_ node: LayoutNode) -> Int {
        nodes.append(node)
        let first = bands[blocks[node.block].band].lowerBound
        blocks[node.block].layers[node.layer - first].append(nodes.count - 1)
        return nodes.count - 1
    }

    /// Bends go to the block that the edge leaves or enters while it is in that block's band, else to a block of their
    /// own.
    private mutating func addChain(_ link: GraphLinks.Link) {
        let (from, to) = (nodes[link.from], nodes[link.to])
        var chain = [link.from]
        for layer in from.layer + 1..<max(from.layer + 1, to.layer) {
            let block = blockForBend(in: layer, from: from.block, to: to.block, previous: nodes[chain[chain.count - 1]])
            chain.append(
                add(LayoutNode(operation: nil, block: block, layer: layer, width: Self.bendWidth, height: 0)))
        }
        chain.append(link.to)
        for (upper, lower) in zip(chain, chain.dropFirst()) {
            nodes[upper].below.append(lower)
            nodes[lower].above.append(upper)
        }
        chains.append(Chain(edge: link.edge, nodes: chain))
    }

    private mutating func blockForBend(in layer: Int, from: Int, to: Int, previous: LayoutNode) -> Int {
        if bands[blocks[from].band].contains(layer) { return from }
        if bands[blocks[to].band].contains(layer) { return to }
        if bands[blocks[previous.block].band].contains(layer) { return previous.block }
        let band = bands.firstIndex { $0.contains(layer) } ?? 0
        let layers = Array(repeating: [Int](), count: bands[band].count)
        blocks.append(LayoutBlock(group: nil, band: band, layers: layers))
        return blocks.count - 1
    }
}
