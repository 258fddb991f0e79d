/// Places things of given widths in a row, in a given order and without overlap, as near as possible to where each would
/// like to be.
enum RowPlacement {
    /// Something in the row.
    struct Item {
        /// Where its middle would like to be.
        var wish: Double
        var width: Double
    }

    /// The middles that minimise the sum of squared distances from the wishes: pool adjacent violators, after
    /// subtracting from each wish what the items on its left take up.
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
