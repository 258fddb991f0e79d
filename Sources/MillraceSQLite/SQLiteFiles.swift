import Foundation

/// The files of an open SQLite database: the database file and its write-ahead log. SQLite does not detect that one of
/// them is removed or replaced, and continues to use the unlinked file.
struct SQLiteFiles: Sendable {
    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    private let path: String
    private let database: Identity?
    /// The write-ahead log; `nil` until it exists.
    private var log: Identity?

    /// Records the identity of the files at `path`, which has just been opened.
    init(_ path: String) {
        self.path = path
        database = Identity(path)
        log = Identity(path + "-wal")
    }

    /// Returns a description of what happened to the files; `nil` if they are unchanged.
    mutating func findProblem() -> String? {
        // A database in memory, or a URI.
        guard let database else { return nil }
        guard let now = Identity(path) else { return "file \(path) was removed" }
        if now != database { return "file \(path) was replaced by another" }
        let current = Identity(path + "-wal")
        guard let log else {
            log = current
            return nil
        }
        guard let current else { return "file \(path)-wal, SQLite's write-ahead log, was removed" }
        return current == log ? nil : "file \(path)-wal, SQLite's write-ahead log, was replaced by another"
    }
}
