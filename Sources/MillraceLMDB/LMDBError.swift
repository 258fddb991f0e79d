import CMillraceLMDB
import Foundation

/// An error of LMDB or of the operating system, with the operation and the folder.
public struct LMDBError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The error code: negative for LMDB's codes, positive for `errno`.
    public let code: Int32
    /// The operation that failed, in words.
    public let operation: String
    /// The environment's folder.
    public let path: String

    init(_ code: Int32, _ operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// Whether the map is too small for what was to be written.
    public var isMapFull: Bool { code == MDB_MAP_FULL }

    /// Whether the disk or the user's quota is full, or a limit on the file's size is reached.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    /// Whether less than 1 MiB, which a commit may need, is free.
    static func isDiskFull(at path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && UInt(status.f_bavail) * UInt(status.f_frsize) < 1 << 20
    }

    /// Whether the file's structure is inconsistent.
    public var isDamaged: Bool {
        [MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_BAD_VALSIZE].contains(code)
    }

    public var description: String {
        let meaning = String(cString: mdb_strerror(code))
        return "LMDB could not \(operation) in \(path): \(meaning) (\(code))"
    }
}
