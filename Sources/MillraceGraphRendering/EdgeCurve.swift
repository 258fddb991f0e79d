/// A cubic Bézier curve that starts and ends vertically, with both control points at half height.
struct EdgeCurve {
    let start: GraphLayout.Point
    let end: GraphLayout.Point

    /// The vertical position of the control points.
    var middle: Double { (start.y + end.y) / 2 }

    /// Returns the point of the curve at `t`, from 0 at the start to 1 at the end.
    func point(at t: Double) -> GraphLayout.Point {
        let u = 1 - t
        let (first, controls, last) = (u * u * u, 3 * u * t, t * t * t)
        return GraphLayout.Point(
            x: (first + controls * u) * start.x + (last + controls * t) * end.x,
            y: first * start.y + controls * middle + last * end.y)
    }
}

extension GraphLayout.Path {
    /// Returns the curve from the previous stretch to this one.
    func curve(before stretch: Int) -> EdgeCurve {
        EdgeCurve(start: stretches[stretch - 1].bottom, end: stretches[stretch].top)
    }
}
