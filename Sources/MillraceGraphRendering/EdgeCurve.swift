/// A cubic Bezier curve that leaves and arrives upright, with both controls at half height.
struct EdgeCurve {
    let start: GraphLayout.Point
    let end: GraphLayout.Point

    /// The height of the control points.
    var middle: Double { (start.y + end.y) / 2 }

    /// A point of the curve, from the start at 0 to the end at 1.
    func point(at t: Double) -> GraphLayout.Point {
        let u = 1 - t
        let (first, controls, last) = (u * u * u, 3 * u * t, t * t * t)
        return GraphLayout.Point(
            x: (first + controls * u) * start.x + (last + controls * t) * end.x,
            y: first * start.y + controls * middle + last * end.y)
    }
}

extension GraphLayout.Path {
    /// The curve that leads to a stretch from the one before it.
    func curve(before stretch: Int) -> EdgeCurve {
        EdgeCurve(start: stretches[stretch - 1].bottom, end: stretches[stretch].top)
    }
}
