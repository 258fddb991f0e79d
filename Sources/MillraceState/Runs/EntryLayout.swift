/// How the entries of a state are laid out: widths in bytes where they are the same for all entries.
@frozen
@usableFromInline
package struct EntryLayout: Hashable, Sendable {
    /// Bytes of the key's remainder; `nil`: a length goes before each.
    @usableFromInline let keyWidth: Int?
    /// Bytes of the value; `nil`: the rest of the entry.
    @usableFromInline let valueWidth: Int?

    @inlinable
    package init(keyWidth: Int?, valueWidth: Int?) {
        self.keyWidth = keyWidth
        self.valueWidth = valueWidth
    }

    /// Bytes of an entry if all have the same.
    @inlinable var entryWidth: Int? {
        guard let keyWidth, let valueWidth else { return nil }
        return keyWidth + valueWidth
    }

    package static let variable: UInt32 = .max
}
