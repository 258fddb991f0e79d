/// The random numbers of one event: a sequence of its own for each, so that any event can be made by itself (splitmix64;
/// Steele, Lea, Flood 2014).
struct EventRandom {
    private var state: UInt64

    init(event: UInt64, seed: UInt64) { state = (event &+ 1) &* 0xd134_2543_de82_ef95 ^ seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high) }

    /// From 0 up to, not including, 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Prices spread evenly over their orders of magnitude, in cents.
    mutating func price() -> Int {
        Int((power(10, fraction() * 6) * 100).rounded())
    }

    /// Letters, one in thirteen of them `special`; at most `longest`, at least 3.
    mutating func text(_ longest: Int, special: UInt8 = 32) -> String {
        let length = 3 + below(longest - 3 + 1)
        return letters(length, special: special)
    }

    /// So many letters.
    mutating func letters(_ length: Int, special: UInt8 = 32) -> String {
        if length <= 0 { return "" }
        return String(unsafeUninitializedCapacity: length) { bytes in
            var bits: UInt64 = 0
            for index in 0..<length {
                // Sixteen bits a letter: times thirteen, the high part says whether it is special, the low part which.
                if index & 3 == 0 { bits = next() }
                let part = UInt32(truncatingIfNeeded: bits & 0xffff) &* 13
                bits >>= 16
                bytes[index] = part >> 16 == 0 ? special : 97 + UInt8(truncatingIfNeeded: (part & 0xffff) &* 26 >> 16)
            }
            return length
        }
    }

    /// Letters that bring a record to about `wanted` bytes: within a fifth of what is missing.
    mutating func filling(_ size: Int, to wanted: Int) -> String {
        guard size < wanted else { return "" }
        let missing = wanted - size
        let spread = Int((Double(missing) * 0.2).rounded())
        let least = missing - spread
        return letters(least + (spread == 0 ? 0 : below(2 * spread)))
    }
}
