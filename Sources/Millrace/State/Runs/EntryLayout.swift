/// How the entries of a state are laid out: widths in bytes where they are the same for all entries.
struct EntryLayout: Hashable, Sendable {
    /// Bytes of the key's remainder; `nil`: a length goes before each.
    let keyWidth: Int?
    /// Bytes of the value; `nil`: the rest of the entry.
    let valueWidth: Int?

    /// Bytes of an entry if all have the same.
    var entryWidth: Int? {
        guard let keyWidth, let valueWidth else { return nil }
        return keyWidth + valueWidth
    }

    static let variable: UInt32 = .max
}
