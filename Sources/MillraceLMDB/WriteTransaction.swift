import CMillraceLMDB
import Foundation

/// The write transaction that `Environment.write` passes to its closure.
public struct WriteTransaction: ~Copyable {
    private let handle: OpaquePointer
    private let path: String
    private var isOpen = true

    init(_ environment: OpaquePointer, path: String) throws {
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(environment, nil, 0, &transaction), "begin writing", path: path)
        guard let transaction else { throw LMDBError(MDB_BAD_TXN, "begin writing", path: path) }
        handle = transaction
        self.path = path
    }

    deinit {
        if isOpen { mdb_txn_abort(handle) }
    }

    /// Commits and syncs. LMDB frees the transaction whether or not that succeeds.
    mutating func commit() throws {
        isOpen = false
        var code = mdb_txn_commit(handle)
        // LMDB reports an input/output error if the disk becomes full in the middle of a page.
        if code == EIO, LMDBError.isDiskFull(at: path) { code = ENOSPC }
        try check(code, "commit", path: path)
    }

    /// Stores a value under a key, replacing any previous value.
    public func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in database: Database) throws {
        var keyValue = MDB_val(key)
        var data = MDB_val(value)
        try check(mdb_put(handle, database.index, &keyValue, &data, 0), "write to \(database.name)", path: path)
    }

    /// Removes a key. Returns false if there was none.
    @discardableResult
    public func delete(_ key: UnsafeRawBufferPointer, in database: Database) throws -> Bool {
        var keyValue = MDB_val(key)
        let code = mdb_del(handle, database.index, &keyValue, nil)
        if code == MDB_NOTFOUND { return false }
        try check(code, "delete from \(database.name)", path: path)
        return true
    }

    /// Returns the value of a key, or `nil` if there is none. It is valid until the next write.
    public func value(_ key: UnsafeRawBufferPointer, in database: Database) throws -> UnsafeRawBufferPointer? {
        try lookUp(key, in: database, handle, path: path)
    }

    /// Returns a cursor over a database.
    public func cursor(_ database: Database) throws -> Cursor {
        try Cursor(handle, database, path: path)
    }

    /// Removes all entries of a database.
    public func clear(_ database: Database) throws {
        try check(mdb_drop(handle, database.index, 0), "clear \(database.name)", path: path)
    }
}
