import CMillraceLMDB
import Foundation

/// An LMDB environment: one memory-mapped file with several named databases. There is one writer at a time, and any
/// number of readers, each of which sees the last commit.
///
/// The map grows automatically: if a write does not fit, it is rolled back, the map is doubled and the write is
/// repeated.
public final class Environment: Sendable {
    /// The folder that contains `data.mdb`.
    public let path: String
    // LMDB's environment handle may be used from any thread (lmdb.h, "Caveats"). It is set once and closed in deinit.
    nonisolated(unsafe) private let handle: OpaquePointer
    private let gate = ReaderGate()
    private let databases: [String: Database]
    /// The size in bytes that the file does not exceed: beyond it, writes fail with an error whose `isMapFull` is true.
    public let maximumSize: Int
    private static let maximumReaders: UInt32 = 4096

    /// Opens the environment in the existing folder `path` and creates those of the named databases that are missing.
    ///
    /// - Parameters:
    ///   - path: the folder that contains `data.mdb`.
    ///   - names: the names of the databases.
    ///   - initialSize: the address space to map at first, in bytes. The file itself is only as large as its contents.
    ///     Default: 1 GiB.
    ///   - maximumSize: the size that the map does not exceed, in bytes. Default: 1 TiB.
    /// - Throws: `LMDBError` if the environment cannot be opened. Its `isDamaged` is true if the file is not an LMDB
    ///   file or its pages are inconsistent.
    public init(
        path: String, databases names: [String], initialSize: Int = 1 << 30, maximumSize: Int = 1 << 40
    ) throws {
        self.path = path
        self.maximumSize = maximumSize
        try PageCheck.check(path)
        var environment: OpaquePointer?
        try check(mdb_env_create(&environment), "create an environment", path: path)
        guard let environment else { throw LMDBError(ENOMEM, "create an environment", path: path) }
        do {
            try check(mdb_env_set_maxdbs(environment, UInt32(names.count + 1)), "set the databases", path: path)
            try check(mdb_env_set_maxreaders(environment, Self.maximumReaders), "set the readers", path: path)
            try Self.reserveLockFile(path)
            let existing = Self.fileSize(path)
            let size = Self.roundedToPages(max(min(initialSize, maximumSize), existing + existing / 4))
            try check(mdb_env_set_mapsize(environment, size), "set the map's size", path: path)
            // NOTLS: a reader belongs to its task, not to the thread that the task happens to run on.
            // NORDAHEAD: state is read at random places.
            let flags = UInt32(MDB_NOTLS | MDB_NORDAHEAD)
            try check(mdb_env_open(environment, path, flags, 0o644), "open the environment", path: path)
            try Self.coverAllPages(environment, path)
            self.databases = try Self.openDatabases(names, in: environment, path: path)
        } catch {
            mdb_env_close(environment)
            throw error
        }
        handle = environment
    }

    deinit { mdb_env_close(handle) }

    /// Returns a database by its name, which must be one of those passed to `init`.
    public func database(_ name: String) -> Database {
        guard let database = databases[name] else {
            preconditionFailure("database \(name) was not named when the environment was opened")
        }
        return database
    }

    /// Runs `body` in a write transaction. The transaction is committed and synced to disk when `body` returns, and
    /// rolled back when it throws.
    ///
    /// `body` runs again if the map had to grow. There is one writer at a time; others wait.
    ///
    /// - Throws: the error of `body`, or `LMDBError` if the transaction fails. Its `isMapFull` is true if `maximumSize`
    ///   is reached.
    public func write<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
        while true {
            do {
                var transaction = try WriteTransaction(handle, path: path)
                let result = try body(transaction)
                try transaction.commit()
                return result
            } catch let error as LMDBError where error.isMapFull {
                guard try grow() else { throw error }
            }
        }
    }

    /// Returns a reader, which can begin and end any number of times.
    public func makeReader() throws -> Reader {
        try Reader(handle, gate: gate, path: path)
    }

    /// Writes a compact copy of the last commit as `data.mdb` into the existing folder `folder`. Readers and the writer
    /// may continue meanwhile.
    public func copy(into folder: String) throws {
        try check(
            mdb_env_copy2(handle, folder, UInt32(MDB_CP_COMPACT)), "copy the environment to \(folder)", path: path)
    }

    /// The number of bytes of the file that are in use. The file itself may be longer.
    public var usedBytes: Int {
        var info = MDB_envinfo()
        var stat = MDB_stat()
        guard mdb_env_info(handle, &info) == 0, mdb_env_stat(handle, &stat) == 0 else { return 0 }
        return (info.me_last_pgno + 1) * Int(stat.ms_psize)
    }

    /// The transaction number of the last commit.
    public var lastTransaction: Int {
        var info = MDB_envinfo()
        return mdb_env_info(handle, &info) == 0 ? info.me_last_txnid : 0
    }

    /// Doubles the map. Returns false if it has its maximum size.
    private func grow() throws -> Bool {
        var info = MDB_envinfo()
        try check(mdb_env_info(handle, &info), "read the map's size", path: path)
        let size = Self.roundedToPages(min(max(info.me_mapsize, 1 << 20) * 2, maximumSize))
        guard size > info.me_mapsize else { return false }
        try gate.withoutReaders {
            try check(mdb_env_set_mapsize(handle, size), "grow the map to \(size) bytes", path: path)
        }
        return true
    }

    private static func roundedToPages(_ size: Int) -> Int { max(size, 1 << 16) + 4095 & ~4095 }

    private static func fileSize(_ path: String) -> Int {
        var status = stat()
        return stat(path + "/data.mdb", &status) == 0 ? Int(status.st_size) : 0
    }

    /// LMDB maps its table of readers, a header and 64 bytes for each, from lock.mdb. If the file were sparse and the
    /// disk full, the first use of one of its pages would kill the process (SIGBUS).
    private static func reserveLockFile(_ path: String) throws {
        let descriptor = open(path + "/lock.mdb", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LMDBError(errno, "open lock.mdb", path: path) }
        defer { close(descriptor) }
        let code = posix_fallocate(descriptor, 0, off_t(maximumReaders) * 64 + 4096)
        // A file system that cannot reserve space is used without reservation.
        if code != 0, code != EOPNOTSUPP, code != EINVAL { throw LMDBError(code, "reserve lock.mdb", path: path) }
    }

    /// LMDB reads pages through the map: a page beyond the end of a truncated file would kill the process (SIGBUS). The
    /// file is extended with a hole, so that such a page reads as zeros, which LMDB reports as damage.
    private static func coverAllPages(_ environment: OpaquePointer, _ path: String) throws {
        var info = MDB_envinfo()
        var statistics = MDB_stat()
        try check(mdb_env_info(environment, &info), "read the environment's size", path: path)
        try check(mdb_env_stat(environment, &statistics), "read the page size", path: path)
        let needed = (info.me_last_pgno + 1) * Int(statistics.ms_psize)
        if fileSize(path) < needed, truncate(path + "/data.mdb", off_t(needed)) != 0 {
            throw LMDBError(errno, "extend the file", path: path)
        }
    }

    private static func openDatabases(
        _ names: [String], in environment: OpaquePointer, path: String
    ) throws -> [String: Database] {
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(environment, nil, 0, &transaction), "begin a transaction", path: path)
        var databases: [String: Database] = [:]
        do {
            for name in names {
                var index: MDB_dbi = 0
                try check(
                    mdb_dbi_open(transaction, name, UInt32(MDB_CREATE), &index), "open database \(name)", path: path)
                databases[name] = Database(index: index, name: name)
            }
        } catch {
            mdb_txn_abort(transaction)
            throw error
        }
        try check(mdb_txn_commit(transaction), "commit", path: path)
        return databases
    }
}

/// A named database of an environment.
public struct Database: Sendable {
    let index: MDB_dbi
    /// The database's name.
    public let name: String
}

@inline(__always)
func check(_ code: Int32, _ operation: @autoclosure () -> String, path: String) throws(LMDBError) {
    if code != 0 { throw LMDBError(code, operation(), path: path) }
}
