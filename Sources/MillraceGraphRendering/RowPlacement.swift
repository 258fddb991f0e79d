/// Places items of given widths in a row, in a given order and without overlap, as near as possible to their preferred
/// positions.
enum RowPlacement {
    /// An item in the row.
    struct Item {
        /// The preferred position of its middle.
        var wish: Double
        var width: Double
    }

    /// Returns the middles that minimise the sum of the squared distances from the preferred positions: the pool
    /// adjacent violators algorithm, after subtracting from each position the space of the items on its left.
    static func middles(of items: [Item], gap: Double) -> [Double] {
        var shifts: [Double] = []
        var pools: [(sum: Double, count: Int)] = []
        var right = 0.0
        for item in items {
            shifts.append(right + item.width / 2)
            right += item.width + gap
            var pool = (sum: item.wish - (shifts.last ?? 0), count: 1)
            while let last = pools.last, last.sum / Double(last.count) > pool.sum / Double(pool.count) {
                pool = (sum: pool.sum + last.sum, count: pool.count + last.count)
                pools.removeLast()
            }
            pools.append(pool)
        }
        let bases = pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
        return zip(bases, shifts).map { $0 + $1 }
    }
}
