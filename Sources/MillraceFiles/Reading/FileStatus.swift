import Foundation

/// The file system's metadata of a file.
struct FileStatus: Equatable {
    /// The length in bytes.
    let size: Int
    /// Device and inode, which stay the same when the file is renamed.
    let identity: Identity
    let isDirectory: Bool
    let isRegular: Bool
    /// The modification time in nanoseconds since 1970.
    let modified: Int64
    /// The number of hard links; 0 if the file was deleted.
    let links: Int

    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    private init(_ status: stat) {
        size = Int(status.st_size)
        identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        links = Int(status.st_nlink)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// Returns the status of the file at `path`, following symbolic links; `nil` if there is none.
    static func of(_ path: String) throws(FileFailure) -> FileStatus? {
        var status = stat()
        if stat(path, &status) == 0 { return FileStatus(status) }
        if errno == ENOENT { return nil }
        throw FileFailure(operation: "look at", path: path, code: errno)
    }

    /// Returns the status of an open file.
    static func of(descriptor: Int32, path: String) throws(FileFailure) -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileFailure(operation: "look at", path: path, code: errno)
        }
        return FileStatus(status)
    }
}
