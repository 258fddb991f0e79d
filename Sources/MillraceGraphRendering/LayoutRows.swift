/// The vertical place of every layer.
struct LayoutRows {
    /// Upper edge of each layer's boxes.
    private(set) var tops: [Double] = []
    /// Lower edge of the highest box of each layer.
    private(set) var bottoms: [Double] = []
    /// The band of each layer.
    private(set) var bandOfLayer: [Int] = []
    /// Upper and lower edge of each band's areas.
    private(set) var bandEdges: [(top: Double, bottom: Double)] = []

    private static let gapBetweenLayers = 38.0
    /// Room for a curve with an exchange's label on it.
    private static let gapBetweenBands = 64.0
    private static let titleHeight = 52.0
    private static let padding = 20.0

    init(_ layout: LayoutNodes) {
        var heights = Array(repeating: 0.0, count: layout.bands.last?.upperBound ?? 0)
        for node in layout.nodes { heights[node.layer] = max(heights[node.layer], node.height) }
        var y = 0.0
        for (band, layers) in layout.bands.enumerated() {
            let top = y
            y += Self.titleHeight
            for layer in layers {
                tops.append(y)
                bottoms.append(y + heights[layer])
                bandOfLayer.append(band)
                y += heights[layer] + Self.gapBetweenLayers
            }
            let bottom = y - Self.gapBetweenLayers + Self.padding
            bandEdges.append((top, bottom))
            y = bottom + Self.gapBetweenBands
        }
    }

    /// Height of the whole drawing.
    var height: Double { bandEdges.last?.bottom ?? 0 }

    /// Upper and lower edge of an area that holds these operators.
    func area(around nodes: [LayoutNode], band: Int) -> (top: Double, bottom: Double) {
        let top = bandEdges[band].top
        let lowest = nodes.map { tops[$0.layer] + $0.height }.max() ?? top
        return (top, lowest + Self.padding)
    }
}
