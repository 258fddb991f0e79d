extension DistinctSketch {
    /// The estimated number of distinct elements; exact for sets of up to 2^precision / 8 elements.
    public var estimate: Int {
        if registers.isEmpty { return hashes.count }
        let estimate = rawEstimate.rounded()
        // Only registers that cannot result from any set lead to a greater number.
        return Int(exactly: min(estimate, 0x1p62)) ?? 0
    }

    /// Algorithm 6 of Ertl 2017.
    private var rawEstimate: Double {
        let count = Double(registers.count)
        var histogram = [Double](repeating: 0, count: Int(greatestRank) + 1)
        for rank in registers { histogram[Int(rank)] += 1 }
        var sum = count * Self.tau(1 - histogram[Int(greatestRank)] / count)
        for rank in (1..<Int(greatestRank)).reversed() { sum = 0.5 * (sum + histogram[rank]) }
        sum += count * Self.sigma(histogram[0] / count)
        // 1 / (2 ln 2)
        return 0.721_347_520_444_481_7 * count * count / sum
    }

    /// x + sum of x^(2^k) 2^(k-1): the contribution of the empty registers.
    private static func sigma(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var (power, weight, sum) = (share, 1.0, share)
        while true {
            power *= power
            let before = sum
            sum += power * weight
            weight += weight
            if sum == before { return sum }
        }
    }

    /// (1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3: the contribution of the full registers.
    private static func tau(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var (root, weight, sum) = (share, 1.0, 1 - share)
        while true {
            root.formSquareRoot()
            let before = sum
            weight *= 0.5
            sum -= (1 - root) * (1 - root) * weight
            if sum == before { return sum / 3 }
        }
    }
}
