/// A HyperLogLog sketch of a set: estimates the number of distinct elements, and can be merged with other sketches.
///
/// After Flajolet, Fusy, Gandouet, Meunier ("HyperLogLog: the analysis of a near-optimal cardinality estimation
/// algorithm", 2007), with a hash of 64 bits and an exact form for small sets as in Heule, Nunkesser, Hall
/// ("HyperLogLog in practice", 2013), and the estimator of Ertl, which needs no correction of bias ("New cardinality
/// estimation algorithms for HyperLogLog sketches", 2017).
///
/// Up to 2^precision / 8 elements, the sketch keeps their hashes and is exact; then registers of the same size replace
/// the hashes. The content depends on the set alone, not on the order of insertions and merges.
///
/// ```swift
/// var (monday, tuesday) = (DistinctSketch(), DistinctSketch())
/// for user in ["ann", "bob"] { monday.insert(user) }
/// for user in ["bob", "eve"] { tuesday.insert(user) }
/// monday.merge(tuesday)
/// let visitors = monday.estimate                                              // 3
/// ```
@frozen
public struct DistinctSketch: StateValue, Equatable {
    /// The precisions that are allowed: 4 to 16.
    public static var precisions: ClosedRange<Int> { 4...16 }

    /// The logarithm to base 2 of the number of registers.
    public var precision: Int { Int(bits) }
    @usableFromInline var bits: UInt8
    /// Hashes of the elements in ascending order; empty once there are registers.
    @usableFromInline var hashes: [UInt64] = []
    /// The greatest rank seen by each register, 0 for none; empty while the hashes are kept.
    @usableFromInline var registers: [UInt8] = []

    /// Creates the sketch of the empty set.
    ///
    /// - Parameter precision: the precision; a value outside of ``precisions`` is clamped. Default: 12.
    public init(precision: Int = 12) {
        bits = UInt8(min(max(precision, Self.precisions.lowerBound), Self.precisions.upperBound))
    }

    /// The number of hashes that take as many bytes as the registers.
    @inlinable var hashLimit: Int { (1 &<< Int(bits)) / 8 }
    /// The rank of a hash that has no one after the register's number.
    @inlinable var greatestRank: UInt8 { 65 &- bits }

    /// Adds an element.
    ///
    /// - Parameter value: the element.
    @inlinable
    public mutating func insert<Value: StreamKey>(_ value: Value) {
        // Mixed again: the hashes of one task's keys start with the same bits, and that of 0 is 0.
        insert(hash: FrozenHash.mix(value.frozenHash ^ 0x6a09_e667_f3bc_c908))
    }

    @inlinable
    mutating func insert(hash: UInt64) {
        if registers.isEmpty { keep(hash) } else { raise(hash) }
    }

    @inlinable
    mutating func raise(_ hash: UInt64) {
        let number = Int(truncatingIfNeeded: hash &>> UInt64(64 &- bits))
        // The one at the end bounds the rank.
        let rest = hash &<< UInt64(bits) | 1 &<< UInt64(bits &- 1)
        let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount) &+ 1
        if registers[number] < rank { registers[number] = rank }
    }

    @usableFromInline
    mutating func keep(_ hash: UInt64) {
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        if low < hashes.count, hashes[low] == hash { return }
        hashes.insert(hash, at: low)
        if hashes.count > hashLimit { makeRegisters() }
    }

    mutating func makeRegisters() {
        guard registers.isEmpty else { return }
        registers = Array(repeating: 0, count: 1 << Int(bits))
        for hash in hashes { raise(hash) }
        hashes = []
    }
}
