import CMillraceLMDB
import Foundation

/// An error of LMDB or of the system below it: which call, on which folder, and what it means.
public struct LMDBError: Error, CustomStringConvertible, Sendable, Hashable {
    /// LMDB's (negative) or errno's (positive) code.
    public let code: Int32
    /// What was being done.
    public let operation: String
    /// The environment's folder.
    public let path: String

    init(_ code: Int32, _ operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The map is too small for what was to be written.
    public var isMapFull: Bool { code == MDB_MAP_FULL }

    /// The disk, or the user's share of it, is full; also a file size limit.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    /// Whether less than a commit could need is left.
    static func isDiskFull(at path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && UInt(status.f_bavail) * UInt(status.f_frsize) < 1 << 20
    }

    /// The file's structure does not hold together.
    public var isDamaged: Bool {
        [MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_BAD_VALSIZE].contains(code)
    }

    public var description: String {
        let meaning = String(cString: mdb_strerror(code))
        return "LMDB could not \(operation) in \(path): \(meaning) (\(code))"
    }
}
