import MillraceLMDB

/// What tells whether the folder holds exactly what was written to it: the number of all entries of journal, tree and
/// manifests, and the sum of their hashes.
///
/// Entries have checksums of their own. A page that a lost write left as it was some commits ago passes those: it is
/// intact, and old. The sum is changed in the transaction that changes an entry, and added up anew at a start. (A sum of
/// hashes does not depend on the order of changes: Bellare and Micciancio, "A New Paradigm for Collision-free Hashing",
/// 1997. It is no protection against intent.)
package final class Seal {
    /// The sum, and how many entries it is of.
    package struct Value: Hashable {
        package var sum: UInt64 = 0
        package var count: UInt64 = 0

        package mutating func add(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
            sum &+= Seal.hash(key, value)
            count &+= 1
        }

        package mutating func remove(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
            sum &-= Seal.hash(key, value)
            count &-= 1
        }
    }

    package private(set) var change = Value()

    /// Each entry has its checksum within its first bytes.
    private static let hashedBytes = 16

    private static func hash(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> UInt64 {
        let head = UnsafeRawBufferPointer(rebasing: value.prefix(hashedBytes))
        return FrozenHash.combine(FrozenHash.bytes(key, seed: UInt64(value.count)), FrozenHash.bytes(head))
    }

    /// Stores a value under a key, replacing what was there.
    package func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in database: Database,
        _ transaction: borrowing WriteTransaction
    ) throws {
        if let old = try transaction.value(key, in: database) { change.remove(key, old) }
        change.add(key, value)
        try transaction.put(key, value, in: database)
    }

    /// Removes a key, if it is there.
    package func delete(
        _ key: UnsafeRawBufferPointer, in database: Database, _ transaction: borrowing WriteTransaction
    ) throws {
        guard let old = try transaction.value(key, in: database) else { return }
        change.remove(key, old)
        try transaction.delete(key, in: database)
    }
}

extension Seal.Value {
    /// As it is stored: sum and count, with a checksum before them.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var parts = (FrozenHash.combine(sum, count).littleEndian, sum.littleEndian, count.littleEndian)
        return try withUnsafeBytes(of: &parts, body)
    }

    /// `nil` if these are not the bytes of one.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 24 else { return nil }
        sum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        count = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == FrozenHash.combine(sum, count) else {
            return nil
        }
    }
}
