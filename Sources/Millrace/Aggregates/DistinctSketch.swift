/// What HyperLogLog keeps of a set: enough to estimate how many elements it has, and to merge it with others.
///
/// After Flajolet, Fusy, Gandouet, Meunier ("HyperLogLog: the analysis of a near-optimal cardinality estimation
/// algorithm", 2007), with a hash of 64 bits and an exact form for small sets as in Heule, Nunkesser, Hall ("HyperLogLog
/// in practice", 2013), and the estimator of Ertl, which needs no correction of bias ("New cardinality estimation
/// algorithms for HyperLogLog sketches", 2017).
///
/// Up to 2^precision / 8 elements, their hashes are kept: a sketch is then exact, and no larger than the registers that
/// take their place. What is kept depends on the set alone, and not on the order of insertions and merges.
@frozen
public struct DistinctSketch: StateValue, Equatable {
    /// The precisions there are.
    public static var precisions: ClosedRange<Int> { 4...16 }

    /// The logarithm of the number of registers.
    public var precision: Int { Int(bits) }
    @usableFromInline var bits: UInt8
    /// In ascending order; none once there are registers.
    @usableFromInline var hashes: [UInt64] = []
    /// Of each register the greatest rank seen, 0 if none; empty as long as the hashes are kept.
    @usableFromInline var registers: [UInt8] = []

    /// Of the empty set. For a precision beyond its bounds the nearest is taken.
    public init(precision: Int = 12) {
        bits = UInt8(min(max(precision, Self.precisions.lowerBound), Self.precisions.upperBound))
    }

    /// So many hashes take as many bytes as the registers.
    @inlinable var hashLimit: Int { (1 &<< Int(bits)) / 8 }
    /// The rank of a hash without a one after the register's number.
    @inlinable var greatestRank: UInt8 { 65 &- bits }

    /// Adds an element.
    @inlinable
    public mutating func insert<Value: StreamKey>(_ value: Value) {
        // Mixed once more: the hashes of keys that one task has begin with the same bits, and that of 0 is 0.
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
