/// The aggregate of W1 and W2.
struct CountAndSum: Sendable, BitwiseCopyable {
    var count: UInt64 = 0
    var sum: UInt64 = 0

    @inline(__always)
    mutating func add(_ value: UInt64) {
        count &+= 1
        sum &+= value
    }
}
