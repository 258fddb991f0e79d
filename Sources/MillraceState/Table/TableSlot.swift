/// One place of a keyed table: hash, value, stamp and what the hash does not say of the key, side by side, so that an
/// update touches one cache line where the value is small.
@frozen
@usableFromInline
package struct TableSlot<Key: StreamKey, Value> {
    @usableFromInline package var hash: UInt64
    @usableFromInline package var value: Value
    @usableFromInline package var remainder: Key.Remainder
    /// 0: empty. Otherwise the epoch of the last change; `fresh` added where the store need not hear of a removal.
    @usableFromInline package var stamp: UInt32

    @inlinable
    package init(hash: UInt64, value: Value, remainder: Key.Remainder, stamp: UInt32) {
        self.hash = hash
        self.value = value
        self.remainder = remainder
        self.stamp = stamp
    }
}

/// Numbers that tables agree on.
@usableFromInline
package enum TableStamp {
    @inlinable package static var empty: UInt32 { 0 }
    /// Read from the store, not changed since.
    @inlinable package static var loaded: UInt32 { 1 }
    /// The first epoch.
    @inlinable static var firstEpoch: UInt32 { 2 }
    /// The key came into the table in this epoch, and the store has never heard of it.
    @inlinable package static var fresh: UInt32 { 1 << 30 }
    @inlinable static var epochMask: UInt32 { ~(1 << 30) }
}
