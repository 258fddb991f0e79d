/// Converts the chains of nodes that edges pass to paths.
struct EdgeRouter {
    let layout: LayoutNodes
    /// The nodes with their horizontal positions.
    let nodes: [LayoutNode]
    let rows: LayoutRows
    /// The left edge of the drawing, which is subtracted from horizontal positions.
    let left: Double

    /// The length of an arrowhead.
    static let arrowLength = 10.0

    var paths: [GraphLayout.Path] {
        let starts = offsets(at: { $0.first }, towards: { $0.dropFirst().first })
        let ends = offsets(at: { $0.last }, towards: { $0.dropLast().last })
        return layout.chains.enumerated().map { index, chain in
            path(along: chain, start: starts[index], end: ends[index])
        }.sorted { $0.edge < $1.edge }
    }

    /// Returns the offset of the start or end of each chain from the middle of its box.
    private func offsets(at end: ([Int]) -> Int?, towards neighbour: ([Int]) -> Int?) -> [Double] {
        var offsets = Array(repeating: 0.0, count: layout.chains.count)
        for (node, chains) in Dictionary(grouping: layout.chains.indices, by: { end(layout.chains[$0].nodes) }) {
            guard let node else { continue }
            let places = chains.map { neighbour(layout.chains[$0].nodes).map { nodes[$0].x } ?? 0 }
            for (chain, offset) in zip(chains, EdgePorts.offsets(towards: places, width: nodes[node].width)) {
                offsets[chain] = offset
            }
        }
        return offsets
    }

    private func path(along chain: LayoutNodes.Chain, start: Double, end: Double) -> GraphLayout.Path {
        let stretches = chain.nodes.enumerated().map { place, index in
            let node = nodes[index]
            let isFirst = place == 0
            let isLast = place == chain.nodes.count - 1
            let x = node.x - left + (isFirst ? start : isLast ? end : 0)
            let top = isFirst ? rows.tops[node.layer] + node.height : entry(to: node.layer)
            let bottom = isLast ? rows.tops[node.layer] : exit(from: node.layer)
            return (top: GraphLayout.Point(x: x, y: top), bottom: GraphLayout.Point(x: x, y: bottom))
        }
        return GraphLayout.Path(edge: chain.edge, stretches: stretches)
    }

    /// Returns the vertical position at which an edge enters a layer. Edges end in a straight piece below the
    /// arrowhead, and are straight in the title row of an area, so that they do not cross its title.
    private func entry(to layer: Int) -> Double {
        isFirstOfBand(layer) ? rows.bandEdges[rows.bandOfLayer[layer]].top : rows.tops[layer] - Self.arrowLength
    }

    private func exit(from layer: Int) -> Double {
        let isLastOfBand = layer + 1 == rows.tops.count || isFirstOfBand(layer + 1)
        return isLastOfBand ? rows.bandEdges[rows.bandOfLayer[layer]].bottom : rows.bottoms[layer]
    }

    private func isFirstOfBand(_ layer: Int) -> Bool {
        layer == 0 || rows.bandOfLayer[layer - 1] != rows.bandOfLayer[layer]
    }
}
