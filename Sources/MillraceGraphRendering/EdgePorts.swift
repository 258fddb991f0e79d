/// Where edges meet a box: spread along its side, in the order of where they come from or go to.
enum EdgePorts {
    private static let spacing = 26.0
    /// Ports keep off a box's round corners.
    private static let corner = 14.0

    /// How far the outermost of `count` ports is from the box's middle.
    static func halfSpread(count: Int, width: Double) -> Double {
        count < 2 ? 0 : min(Double(count - 1) * spacing, width - 2 * corner) / 2
    }

    /// How far each of several ports is from the box's middle.
    ///
    /// - Parameter ends: the horizontal places of the edges' other ends.
    static func offsets(towards ends: [Double], width: Double) -> [Double] {
        guard ends.count > 1 else { return ends.map { _ in 0 } }
        let half = halfSpread(count: ends.count, width: width)
        let order = ends.indices.sorted { (ends[$0], $0) < (ends[$1], $1) }
        var offsets = Array(repeating: 0.0, count: ends.count)
        for (place, index) in order.enumerated() {
            offsets[index] = -half + 2 * half * Double(place) / Double(ends.count - 1)
        }
        return offsets
    }
}
