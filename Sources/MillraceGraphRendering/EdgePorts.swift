/// The points where edges meet a box: spread along its side, in the order of the edges' other ends.
enum EdgePorts {
    private static let spacing = 26.0
    /// The minimum distance of ports from a box's corners, which are rounded.
    private static let corner = 14.0

    /// Returns the distance of the outermost of `count` ports from the middle of the box.
    static func halfSpread(count: Int, width: Double) -> Double {
        count < 2 ? 0 : min(Double(count - 1) * spacing, width - 2 * corner) / 2
    }

    /// Returns the offset of each port from the middle of the box.
    ///
    /// - Parameter ends: The horizontal positions of the edges' other ends.
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
