/// The vertical positions of all layers.
struct LayoutRows {
    /// The upper edge of the boxes of each layer.
    private(set) var tops: [Double] = []
    /// The lower edge of the highest box of each layer.
    private(set) var bottoms: [Double] = []
    /// The band of each layer.
    private(set) var bandOfLayer: [Int] = []
    /// The upper and lower edge of the areas of each band.
    private(set) var bandEdges: [(top: Double, bottom: Double)] = []

    private static let gapBetweenLayers = 38.0
    /// The space between bands, which has to contain a curve with the label of an exchange.
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

    /// The height of the drawing.
    var height: Double { bandEdges.last?.bottom ?? 0 }

    /// Returns the upper and lower edge of the area around these operators.
    func area(around nodes: [LayoutNode], band: Int) -> (top: Double, bottom: Double) {
        let top = bandEdges[band].top
        let lowest = nodes.map { tops[$0.layer] + $0.height }.max() ?? top
        return (top, lowest + Self.padding)
    }
}
