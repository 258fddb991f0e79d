import CMillraceLMDB

/// A read transaction that can be started and ended repeatedly. Between `begin` and `end` it sees one commit.
///
/// A reader belongs to one task. Keep the time between `begin` and `end` short, such as one batch: meanwhile LMDB
/// cannot reuse the pages of that commit, and the map cannot grow.
public final class Reader {
    private let transaction: OpaquePointer
    private let gate: ReaderGate
    private let path: String
    /// Whether the reader is between `begin` and `end`.
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

    /// An identifier of what a reader sees. While two snapshots are equal, the addresses of values that were read stay
    /// the same.
    public struct Snapshot: Equatable, Sendable {
        let commit: Int
        let mapMoves: Int
    }

    private var mapMoves = 0

    /// Starts reading the last commit, unless the reader has begun already.
    ///
    /// - Returns: an identifier of what the reader sees.
    /// - Throws: `LMDBError` if the transaction cannot be started.
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

    /// Ends reading. Values that were read since `begin` must not be used any more.
    public func end() {
        guard isActive else { return }
        mdb_txn_reset(transaction)
        isActive = false
        gate.leave()
    }

    /// Returns the value of a key, or `nil` if there is none. It is valid until `end`.
    public func value(_ key: UnsafeRawBufferPointer, in database: Database) throws -> UnsafeRawBufferPointer? {
        try lookUp(key, in: database, transaction, path: path)
    }

    /// Returns a cursor over a database, which is valid until `end`.
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
