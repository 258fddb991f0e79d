/// Record `index` of a workload. Engine and baseline make their records with the same initializer, so that the
/// comparison is of what they do with them.
struct WorkloadRecord: Sendable, BitwiseCopyable {
    /// Position in the whole input, from 0, over all partitions.
    let index: UInt64
    let key: UInt64
    let value: UInt64

    /// Event time in milliseconds: a hundred records share one.
    @inline(__always) var timestamp: Int64 {
        Int64(truncatingIfNeeded: index / 100)
    }

    @inline(__always)
    init<Keys: KeySpace>(index: UInt64, in keys: Keys.Type) {
        self.index = index
        key = splitmix64(index) % Keys.keyCount
        value = splitmix64(index ^ 0x5555) % 1_000
    }
}
