import MillraceLMDB

/// A checksum of the whole folder, by which a start detects whether it holds exactly what was written to it: the number
/// of all entries of journal, tree and manifests, and the sum of their hashes.
///
/// Entries have checksums of their own. After a lost write, a page has its content of some commits ago, and passes
/// those checksums: it is intact, but outdated. The sum is updated in the transaction that changes an entry, and
/// computed again at a start. (A sum of hashes does not depend on the order of changes: Bellare and Micciancio, "A New
/// Paradigm for Collision-free Hashing", 1997. It does not protect against intentional changes.)
package final class Seal {
    /// The sum and the number of its entries.
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

    /// The number of a value's first bytes that are hashed, which contain the entry's checksum.
    private static let hashedBytes = 16

    private static func hash(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> UInt64 {
        let head = UnsafeRawBufferPointer(rebasing: value.prefix(hashedBytes))
        return FrozenHash.combine(FrozenHash.bytes(key, seed: UInt64(value.count)), FrozenHash.bytes(head))
    }

    /// Stores a value under a key, replacing any previous value.
    package func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in database: Database,
        _ transaction: borrowing WriteTransaction
    ) throws {
        if let old = try transaction.value(key, in: database) { change.remove(key, old) }
        change.add(key, value)
        try transaction.put(key, value, in: database)
    }

    /// Removes a key if it exists.
    package func delete(
        _ key: UnsafeRawBufferPointer, in database: Database, _ transaction: borrowing WriteTransaction
    ) throws {
        guard let old = try transaction.value(key, in: database) else { return }
        change.remove(key, old)
        try transaction.delete(key, in: database)
    }
}

extension Seal.Value {
    /// Calls `body` with the stored form: a checksum, the sum and the count.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var parts = (FrozenHash.combine(sum, count).littleEndian, sum.littleEndian, count.littleEndian)
        return try withUnsafeBytes(of: &parts, body)
    }

    /// Returns `nil` if the bytes are not a valid seal.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 24 else { return nil }
        sum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        count = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == FrozenHash.combine(sum, count) else {
            return nil
        }
    }
}
