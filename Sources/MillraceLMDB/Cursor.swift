import CMillraceLMDB

/// A cursor over the entries of a database, in the order of their keys.
///
/// The returned buffers are valid until the transaction ends or writes. All methods return `nil` where there is no such
/// entry, and throw `LMDBError` if reading fails.
public struct Cursor: ~Copyable {
    private let handle: OpaquePointer
    private let name: String
    private let path: String

    /// A key and its value.
    public typealias Entry = (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    init(_ transaction: OpaquePointer, _ database: Database, path: String) throws {
        var cursor: OpaquePointer?
        try check(mdb_cursor_open(transaction, database.index, &cursor), "open a cursor", path: path)
        guard let cursor else { throw LMDBError(MDB_BAD_TXN, "open a cursor", path: path) }
        handle = cursor
        name = database.name
        self.path = path
    }

    deinit { mdb_cursor_close(handle) }

    /// Moves to the first entry at or after `key`.
    public func seek(_ key: UnsafeRawBufferPointer) throws -> Entry? {
        var keyValue = MDB_val(key)
        return try move(&keyValue, MDB_SET_RANGE)
    }

    /// Moves to the first entry.
    public func first() throws -> Entry? { try move(MDB_FIRST) }
    /// Moves to the last entry.
    public func last() throws -> Entry? { try move(MDB_LAST) }
    /// Moves to the next entry.
    public func next() throws -> Entry? { try move(MDB_NEXT) }
    /// Moves to the previous entry.
    public func previous() throws -> Entry? { try move(MDB_PREV) }

    private func move(_ operation: MDB_cursor_op) throws -> Entry? {
        var keyValue = MDB_val()
        return try move(&keyValue, operation)
    }

    private func move(_ keyValue: inout MDB_val, _ operation: MDB_cursor_op) throws -> Entry? {
        var data = MDB_val()
        let code = mdb_cursor_get(handle, &keyValue, &data, operation)
        if code == MDB_NOTFOUND { return nil }
        try check(code, "read \(name)", path: path)
        return (keyValue.bytes, data.bytes)
    }
}
