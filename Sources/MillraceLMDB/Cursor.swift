import CMillraceLMDB

/// Moves over a database's entries in the order of their keys. What it returns is valid until its transaction ends or
/// writes.
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

    /// The first entry at or after `key`.
    public func seek(_ key: UnsafeRawBufferPointer) throws -> Entry? {
        var keyValue = MDB_val(key)
        return try move(&keyValue, MDB_SET_RANGE)
    }

    /// The first entry.
    public func first() throws -> Entry? { try move(MDB_FIRST) }
    /// The last entry.
    public func last() throws -> Entry? { try move(MDB_LAST) }
    /// The entry after the present one.
    public func next() throws -> Entry? { try move(MDB_NEXT) }
    /// The entry before the present one.
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
