/// Which keys a table may have dropped from memory: a Bloom filter of their hashes, so that a key that is new need not be
/// looked for in the store. It lives in memory alone; after a restart, steps are known again once they were loaded.
///
/// Each hash has five bits in one word, whose place rises with the hash: dropping, which goes through a table in order, fills
/// it in order too. At two bytes a key, a key that is not there is taken for one that may be in less than one of a hundred
/// cases. What is full is kept, and a filter of four times its size put beside it. (F. Putze, P. Sanders, J. Singler,
/// "Cache-, Hash- and Space-Efficient Bloom Filters", 2007: blocked filters.)
@usableFromInline
final class EvictedKeys {
    /// Belongs to one `EvictedKeys`, which frees its memory.
    private struct Filter {
        let words: UnsafeMutablePointer<UInt64>
        let count: Int
        /// Words per hash, as a fraction of 2^64.
        let scale: UInt64
        var keys = 0

        var bytes: Int { count * 8 }
        var capacity: Int { count * 4 }
    }

    private let low: UInt64
    private let range: UInt64
    private var filters: [Filter] = []

    /// For hashes of `hashes`; empty.
    init(_ hashes: ClosedRange<UInt64>) {
        low = hashes.lowerBound
        range = hashes.upperBound &- hashes.lowerBound &+ 1
    }

    deinit { free() }

    /// Bytes of memory.
    var bytes: Int { filters.reduce(0) { $0 + $1.bytes } }

    /// Bytes that room for so many more keys would take on top.
    func bytesToAdd(keys: Int) -> Int {
        guard let last = filters.last else { return words(for: keys, after: nil) * 8 }
        return last.keys + keys <= last.capacity ? 0 : words(for: keys, after: last) * 8
    }

    private func words(for keys: Int, after last: Filter?) -> Int { max(keys, (last?.count ?? 0) * 4, 512) }

    /// Makes room for so many more keys.
    func makeRoom(keys: Int) {
        if bytesToAdd(keys: keys) == 0 { return }
        let count = words(for: keys, after: filters.last)
        let memory = TableMemory.allocate(bytes: count * 8)
        filters.append(
            Filter(
                words: memory.bindMemory(to: UInt64.self, capacity: count), count: count,
                scale: range == 0 ? UInt64(count) : range.dividingFullWidth((UInt64(count), 0)).quotient))
    }

    /// Adds a hash; `makeRoom` comes before.
    @usableFromInline
    func insert(_ hash: UInt64) {
        let last = filters.count - 1
        filters[last].words[place(hash, filters[last])] |= Self.bits(hash)
        filters[last].keys += 1
    }

    /// False only for a hash that was not added.
    @usableFromInline
    func mayContain(_ hash: UInt64) -> Bool {
        let bits = Self.bits(hash)
        for filter in filters where filter.words[place(hash, filter)] & bits == bits { return true }
        return false
    }

    /// Forgets all, and gives the memory back.
    func removeAll() {
        free()
        filters = []
    }

    private func free() {
        for filter in filters { TableMemory.deallocate(filter.words, bytes: filter.bytes) }
    }

    private func place(_ hash: UInt64, _ filter: Filter) -> Int {
        Int(truncatingIfNeeded: (hash &- low).multipliedFullWidth(by: filter.scale).high)
    }

    /// Five of 64 bits, by the low bits of the hash above all: the high ones say which word it is.
    private static func bits(_ hash: UInt64) -> UInt64 {
        let mixed = hash &* 0x9E37_79B9_7F4A_7C15
        var bits: UInt64 = 0
        for turn in 0..<5 { bits |= 1 << (mixed >> UInt64(34 + 6 * turn) & 63) }
        return bits
    }
}
