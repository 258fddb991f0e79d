/// The layout of a state's entries: the widths in bytes that are the same for all entries.
@frozen
@usableFromInline
package struct EntryLayout: Hashable, Sendable {
    /// The number of bytes of a key's remainder; `nil` if each is preceded by its length.
    @usableFromInline let keyWidth: Int?
    /// The number of bytes of a value; `nil` if it is the rest of the entry.
    @usableFromInline let valueWidth: Int?

    @inlinable
    package init(keyWidth: Int?, valueWidth: Int?) {
        self.keyWidth = keyWidth
        self.valueWidth = valueWidth
    }

    /// The number of bytes of an entry, if all have the same.
    @inlinable var entryWidth: Int? {
        guard let keyWidth, let valueWidth else { return nil }
        return keyWidth + valueWidth
    }

    package static let variable: UInt32 = .max
}
