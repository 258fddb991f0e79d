import CMillraceLMDB

/// A read transaction that is begun and ended again and again: between `begin` and `end` it sees one commit.
///
/// Belongs to one task; keep the time between `begin` and `end` short (a batch), since pages that it may see are not
/// used again and the map cannot grow meanwhile.
public final class Reader {
    private let transaction: OpaquePointer
    private let gate: ReaderGate
    private let path: String
    /// Between `begin` and `end`.
    public private(set) var isActive = false

    init(_ environment: OpaquePointer, gate: ReaderGate, path: String) throws {
        self.gate = gate
        self.path = path
        gate.enter()
        defer { gate.leave() }
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction), "begin reading", path: path)
        guard let transaction else { throw LMDBError(MDB_BAD_TXN, "begin reading", path: path) }
        mdb_txn_reset(transaction)
        self.transaction = transaction
    }

    deinit {
        mdb_txn_abort(transaction)
        if isActive { gate.leave() }
    }

    /// What a reader sees: while two of these are equal, so is every address that was read.
    public struct Snapshot: Equatable, Sendable {
        let commit: Int
        let mapMoves: Int
    }

    private var mapMoves = 0

    /// Begins to see the last commit; nothing to do if already begun.
    @discardableResult
    public func begin() throws -> Snapshot {
        if !isActive {
            mapMoves = gate.enter()
            let code = mdb_txn_renew(transaction)
            if code != 0 {
                gate.leave()
                throw LMDBError(code, "begin reading", path: path)
            }
            isActive = true
        }
        return Snapshot(commit: mdb_txn_id(transaction), mapMoves: mapMoves)
    }

    /// Lets go of what `begin` saw; values read since then must not be used any more.
    public func end() {
        guard isActive else { return }
        mdb_txn_reset(transaction)
        isActive = false
        gate.leave()
    }

    /// The value of a key; valid until `end`.
    public func value(_ key: UnsafeRawBufferPointer, in database: Database) throws -> UnsafeRawBufferPointer? {
        try lookUp(key, in: database, transaction, path: path)
    }

    /// A cursor over a database, for use until `end`.
    public func cursor(_ database: Database) throws -> Cursor {
        try Cursor(transaction, database, path: path)
    }
}

func lookUp(
    _ key: UnsafeRawBufferPointer, in database: Database, _ transaction: OpaquePointer, path: String
) throws -> UnsafeRawBufferPointer? {
    var keyValue = MDB_val(key)
    var data = MDB_val()
    let code = mdb_get(transaction, database.index, &keyValue, &data)
    if code == MDB_NOTFOUND { return nil }
    try check(code, "read a key of \(database.name)", path: path)
    return data.bytes
}

extension MDB_val {
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: mv_data, count: mv_size) }
}
