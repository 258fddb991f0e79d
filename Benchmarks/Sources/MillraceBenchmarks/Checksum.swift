/// The xor of a hash of each result row: the same whatever the order of the rows and however tasks share them out,
/// so that each sink task keeps its own and they are merged at the end.
struct Checksum: Sendable, BitwiseCopyable {
    private(set) var value: UInt64 = 0
    var rows = 0

    /// Adds an aggregate's row (W1 and W2; W1 has no window, which counts as a window end of 0).
    @inline(__always)
    mutating func addRow(key: UInt64, windowEnd: Int64 = 0, aggregate: CountAndSum) {
        let end = UInt64(bitPattern: windowEnd)
        add(splitmix64(key &* 31 &+ end &+ aggregate.count &* 7 &+ aggregate.sum))
    }

    /// Adds a row that is one value for a key (W6).
    @inline(__always)
    mutating func addRow(key: UInt64, value: UInt64) {
        add(splitmix64(key &* 31 &+ value))
    }

    /// Adds all rows that `other` has seen.
    mutating func merge(_ other: Checksum) {
        value ^= other.value
        rows += other.rows
    }

    @inline(__always)
    private mutating func add(_ rowHash: UInt64) {
        value ^= rowHash
        rows += 1
    }
}
