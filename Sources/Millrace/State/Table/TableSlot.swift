/// One place of a keyed table: hash, value, stamp and what the hash does not say of the key, side by side, so that an
/// update touches one cache line where the value is small.
@frozen
@usableFromInline
struct TableSlot<Key: StreamKey, Value> {
    @usableFromInline var hash: UInt64
    @usableFromInline var value: Value
    @usableFromInline var remainder: Key.Remainder
    /// 0: empty. Otherwise the epoch of the last change; `fresh` added where the store need not hear of a removal.
    @usableFromInline var stamp: UInt32

    @inlinable
    init(hash: UInt64, value: Value, remainder: Key.Remainder, stamp: UInt32) {
        self.hash = hash
        self.value = value
        self.remainder = remainder
        self.stamp = stamp
    }
}

/// Numbers that tables agree on.
@usableFromInline
enum TableStamp {
    @inlinable static var empty: UInt32 { 0 }
    /// Read from the store, not changed since.
    @inlinable static var loaded: UInt32 { 1 }
    /// The first epoch.
    @inlinable static var firstEpoch: UInt32 { 2 }
    /// The key came into the table in this epoch, and the store has never heard of it.
    @inlinable static var fresh: UInt32 { 1 << 30 }
    @inlinable static var epochMask: UInt32 { ~(1 << 30) }
}
