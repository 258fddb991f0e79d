/// A node in a layer of the drawing: the box of an operator, or a bend of an edge that passes through the layer.
struct LayoutNode {
    /// The index in the description's operators; `nil` for a bend.
    var operation: Int?
    /// The index in `LayoutNodes.blocks`.
    var block: Int
    /// The layer, counted from the top of the drawing.
    var layer: Int
    var width: Double
    var height: Double
    /// The predecessors in the layer above.
    var above: [Int] = []
    /// The successors in the layer below.
    var below: [Int] = []
    /// The horizontal position of the middle.
    var x = 0.0
}

/// Nodes that are kept together: a group of operators and the bends within it, or the bends of an edge that passes
/// through a band.
struct LayoutBlock {
    /// The index in the grouping's groups; `nil` for a passing edge.
    var group: Int?
    /// The index of the band. The blocks of a band are side by side; bands are stacked.
    var band: Int
    /// The nodes of each layer of the band, from left to right.
    var layers: [[Int]]
}

/// Boxes and bends in layers. Each edge becomes a chain of nodes in adjacent layers (Sugiyama's method), so that
/// ordering and placement need not handle long edges.
struct LayoutNodes {
    /// An edge and the nodes on it, including its two operators.
    struct Chain {
        var edge: Int
        var nodes: [Int]
    }

    private(set) var nodes: [LayoutNode] = []
    private(set) var blocks: [LayoutBlock] = []
    private(set) var chains: [Chain] = []
    /// The layers of each band, counted from the top of the drawing.
    private(set) var bands: [Range<Int>] = []

    /// The width of an edge that passes between boxes.
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

    /// Returns the layer of each operator within its group: the length of the longest path to it in the group.
    private static func depths(links: GraphLinks, grouping: StageGrouping) -> [Int] {
        var depths = Array(repeating: 0, count: grouping.groupOfOperator.count)
        for link in links.inOrder where grouping.groupOfOperator[link.from] == grouping.groupOfOperator[link.to] {
            depths[link.to] = max(depths[link.to], depths[link.from] + 1)
        }
        return depths
    }

    /// Assigns to each band the number of layers of its deepest group.
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

    /// Adds the chain of an edge. A bend belongs to the block that the edge leaves or enters if it is in the band of
    /// that block, and otherwise to a block of its own.
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
