import Foundation

/// The files of an open SQLite database: its own and that of its write-ahead log. SQLite does not notice when one of them is
/// taken away or replaced, and goes on with what has no name any more.
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
    /// `nil` until there is one.
    private var log: Identity?

    /// Those at `path`, which has just been opened.
    init(_ path: String) {
        self.path = path
        database = Identity(path)
        log = Identity(path + "-wal")
    }

    /// What has become of them, in words; `nil` if they are where they were.
    mutating func findProblem() -> String? {
        // In memory, or a URI.
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
