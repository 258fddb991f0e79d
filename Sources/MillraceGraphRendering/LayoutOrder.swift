/// The horizontal order of blocks in their band and of nodes in their block, with few crossing edges.
///
/// Uses the barycenter method of Sugiyama, Tagawa and Toda (1981) on two levels, so that blocks are not torn apart.
/// Sweeps go down and up, each sorting by the mean position of the neighbours, and the best order is kept.
struct LayoutOrder {
    /// The blocks of each band, from left to right.
    private(set) var blocksOfBand: [[Int]]
    /// The nodes of each block, for each layer of its band, from left to right.
    private(set) var layersOfBlock: [[[Int]]]

    private static let sweeps = 12

    init(_ layout: LayoutNodes) {
        blocksOfBand = layout.bands.indices.map { band in
            layout.blocks.indices.filter { layout.blocks[$0].band == band }
        }
        layersOfBlock = layout.blocks.map(\.layers)
        var best = self
        var fewest = crossings(layout)
        for sweep in 0..<Self.sweeps where fewest > 0 {
            sort(layout, downward: sweep.isMultiple(of: 2))
            let count = crossings(layout)
            if count < fewest { (best, fewest) = (self, count) }
        }
        self = best
    }

    /// Returns the nodes of a layer from left to right. `layer` is counted within the band.
    func nodes(band: Int, layer: Int) -> [Int] {
        blocksOfBand[band].flatMap { layersOfBlock[$0][layer] }
    }

    private mutating func sort(_ layout: LayoutNodes, downward: Bool) {
        let bands = Array(layout.bands.indices)
        for band in downward ? bands : bands.reversed() {
            sortBlocks(of: band, layout, downward: downward)
            let layers = Array(0..<layout.bands[band].count)
            for layer in downward ? layers : layers.reversed() {
                let places = self.places(layout)
                for block in blocksOfBand[band] {
                    layersOfBlock[block][layer] = Self.sorted(layersOfBlock[block][layer]) { node in
                        let neighbours = downward ? layout.nodes[node].above : layout.nodes[node].below
                        return Self.mean(neighbours.map { places[$0] }) ?? places[node]
                    }
                }
            }
        }
    }

    private mutating func sortBlocks(of band: Int, _ layout: LayoutNodes, downward: Bool) {
        let places = self.places(layout)
        blocksOfBand[band] = Self.sorted(blocksOfBand[band]) { block in
            let members = layersOfBlock[block].joined()
            let neighbours = members.flatMap { downward ? layout.nodes[$0].above : layout.nodes[$0].below }
            let outside = neighbours.filter { layout.nodes[$0].block != block }
            return Self.mean(outside.map { places[$0] }) ?? Self.mean(members.map { places[$0] }) ?? 0
        }
    }

    /// Returns the position of each node in its layer, counted from the middle of the layer, so that layers of
    /// different lengths are comparable.
    private func places(_ layout: LayoutNodes) -> [Double] {
        var places = Array(repeating: 0.0, count: layout.nodes.count)
        for band in layout.bands.indices {
            for layer in 0..<layout.bands[band].count {
                let nodes = self.nodes(band: band, layer: layer)
                for (place, node) in nodes.enumerated() { places[node] = Double(place) - Double(nodes.count - 1) / 2 }
            }
        }
        return places
    }

    /// Returns the number of pairs of edges between adjacent layers that cross.
    private func crossings(_ layout: LayoutNodes) -> Int {
        let places = self.places(layout)
        var count = 0
        for band in layout.bands.indices {
            for layer in 0..<layout.bands[band].count {
                let segments = nodes(band: band, layer: layer).flatMap { node in
                    layout.nodes[node].below.map { (from: places[node], to: places[$0]) }
                }
                for (index, first) in segments.enumerated() {
                    count += segments[(index + 1)...].count { (first.from - $0.from) * (first.to - $0.to) < 0 }
                }
            }
        }
        return count
    }

    /// A stable sort, so that the result depends only on the graph.
    private static func sorted(_ items: [Int], by key: (Int) -> Double) -> [Int] {
        items.enumerated().map { (key: key($1), place: $0, item: $1) }
            .sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.item)
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
