/// A slot of a keyed table: hash, value, stamp and the key's remainder, side by side, so that an update touches one
/// cache line if the value is small.
@frozen
@usableFromInline
package struct TableSlot<Key: StreamKey, Value> {
    @usableFromInline package var hash: UInt64
    @usableFromInline package var value: Value
    @usableFromInline package var remainder: Key.Remainder
    /// 0 if the slot is empty. Otherwise the epoch of the last change, with `fresh` added if the store need not be told
    /// of a removal.
    @usableFromInline package var stamp: UInt32

    @inlinable
    package init(hash: UInt64, value: Value, remainder: Key.Remainder, stamp: UInt32) {
        self.hash = hash
        self.value = value
        self.remainder = remainder
        self.stamp = stamp
    }
}

/// The stamps of slots.
@usableFromInline
package enum TableStamp {
    @inlinable package static var empty: UInt32 { 0 }
    /// Read from the store and not changed since.
    @inlinable package static var loaded: UInt32 { 1 }
    /// The first epoch.
    @inlinable static var firstEpoch: UInt32 { 2 }
    /// The key was added in this epoch, and the store need not be told if it is removed.
    @inlinable package static var fresh: UInt32 { 1 << 30 }
    @inlinable static var epochMask: UInt32 { ~(1 << 30) }
}
