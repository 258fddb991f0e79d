/// The keys that a table may have evicted from memory: a Bloom filter of their hashes, so that a new key need not be
/// searched in the store. It exists in memory only; after a restart, steps are known again once they have been loaded.
///
/// Each hash has five bits in one word, whose index increases with the hash: eviction, which walks a table in order,
/// also fills the filter in order. At two bytes per key, fewer than one in a hundred missing keys are reported as
/// possibly present. When a filter is full, one of four times its size is added beside it. (F. Putze, P. Sanders, J.
/// Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007: blocked filters.)
@usableFromInline
final class EvictedKeys {
    /// A filter, owned by one `EvictedKeys`, which frees its memory.
    private struct Filter {
        let words: UnsafeMutablePointer<UInt64>
        let count: Int
        /// The number of words per hash, as a fraction of 2^64.
        let scale: UInt64
        var keys = 0

        var bytes: Int { count * 8 }
        var capacity: Int { count * 4 }
    }

    private let low: UInt64
    private let range: UInt64
    private var filters: [Filter] = []

    /// Creates an empty set for hashes in `hashes`.
    init(_ hashes: ClosedRange<UInt64>) {
        low = hashes.lowerBound
        range = hashes.upperBound &- hashes.lowerBound &+ 1
    }

    deinit { free() }

    /// The memory used, in bytes.
    var bytes: Int { filters.reduce(0) { $0 + $1.bytes } }

    /// Returns the additional memory, in bytes, that room for `keys` more keys takes.
    func bytesToAdd(keys: Int) -> Int {
        guard let last = filters.last else { return words(for: keys, after: nil) * 8 }
        return last.keys + keys <= last.capacity ? 0 : words(for: keys, after: last) * 8
    }

    private func words(for keys: Int, after last: Filter?) -> Int { max(keys, (last?.count ?? 0) * 4, 512) }

    /// Makes room for `keys` more keys.
    func makeRoom(keys: Int) {
        if bytesToAdd(keys: keys) == 0 { return }
        let count = words(for: keys, after: filters.last)
        let memory = TableMemory.allocate(bytes: count * 8)
        filters.append(
            Filter(
                words: memory.bindMemory(to: UInt64.self, capacity: count), count: count,
                scale: range == 0 ? UInt64(count) : range.dividingFullWidth((UInt64(count), 0)).quotient))
    }

    /// Adds a hash. `makeRoom` has to be called before.
    @usableFromInline
    func insert(_ hash: UInt64) {
        let last = filters.count - 1
        filters[last].words[place(hash, filters[last])] |= Self.bits(hash)
        filters[last].keys += 1
    }

    /// Whether the hash may have been added. False only if it was not.
    @usableFromInline
    func mayContain(_ hash: UInt64) -> Bool {
        let bits = Self.bits(hash)
        for filter in filters where filter.words[place(hash, filter)] & bits == bits { return true }
        return false
    }

    /// Removes all hashes and frees the memory.
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

    /// Returns the hash's five bits of 64, mainly from its low bits: the high ones select the word.
    private static func bits(_ hash: UInt64) -> UInt64 {
        let mixed = hash &* 0x9E37_79B9_7F4A_7C15
        var bits: UInt64 = 0
        for turn in 0..<5 { bits |= 1 << (mixed >> UInt64(34 + 6 * turn) & 63) }
        return bits
    }
}
