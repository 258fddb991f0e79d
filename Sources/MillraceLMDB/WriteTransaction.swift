import CMillraceLMDB
import Foundation

/// The write transaction that `Environment.write` lends out.
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

    /// Commits and syncs. LMDB frees the transaction whether that succeeds or not.
    mutating func commit() throws {
        isOpen = false
        var code = mdb_txn_commit(handle)
        // LMDB calls it an input/output error when the disk fills up in the middle of a page.
        if code == EIO, LMDBError.isDiskFull(at: path) { code = ENOSPC }
        try check(code, "commit", path: path)
    }

    /// Stores a value under a key, replacing what was there.
    public func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in database: Database) throws {
        var keyValue = MDB_val(key)
        var data = MDB_val(value)
        try check(mdb_put(handle, database.index, &keyValue, &data, 0), "write to \(database.name)", path: path)
    }

    /// Removes a key; false if it was not there.
    @discardableResult
    public func delete(_ key: UnsafeRawBufferPointer, in database: Database) throws -> Bool {
        var keyValue = MDB_val(key)
        let code = mdb_del(handle, database.index, &keyValue, nil)
        if code == MDB_NOTFOUND { return false }
        try check(code, "delete from \(database.name)", path: path)
        return true
    }

    /// The value of a key; valid until the next write.
    public func value(_ key: UnsafeRawBufferPointer, in database: Database) throws -> UnsafeRawBufferPointer? {
        try lookUp(key, in: database, handle, path: path)
    }

    /// A cursor over a database.
    public func cursor(_ database: Database) throws -> Cursor {
        try Cursor(handle, database, path: path)
    }

    /// Removes everything from a database.
    public func clear(_ database: Database) throws {
        try check(mdb_drop(handle, database.index, 0), "clear \(database.name)", path: path)
    }
}
