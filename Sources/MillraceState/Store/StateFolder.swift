import Foundation
import MillraceLMDB

/// The folder that holds a pipeline's checkpoints, locked for this process.
///
///     FORMAT      format version of the folder; if it exists, data.mdb has to exist too
///     FORMAT.new  instead of FORMAT while data.mdb is being created or removed: the folder counts as new
///     LOCK        locked (flock) by the process that uses the folder; contains its process id
///     data.mdb    LMDB: journal, tree, manifests
///
/// `@unchecked Sendable`: the descriptor is set once and closed in deinit.
package final class StateFolder: @unchecked Sendable {
    package let path: String
    private let lock: Int32
    /// Whether the folder held no state when it was opened.
    package let isNew: Bool
    /// Whether the contents have a seal (format 2). Format 1 has none; it is added.
    let isSealed: Bool

    package static let format = 2
    private static let unsealedFormat = 1
    private static let unfinished = "FORMAT.new"

    /// Opens `path`, creating it if it is missing. With `fresh`, any state in it is discarded.
    package init(path: String, fresh: Bool) throws {
        self.path = path
        try Self.createFolder(path)
        lock = try Self.takeLock(path)
        do {
            if fresh { try Self.forgetState(path) }
            (isNew, isSealed) = try Self.checkFormat(path)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    /// Throws if the folder was removed or replaced, since anything stored would be lost.
    func checkIsThere() throws {
        var (held, found) = (stat(), stat())
        if fstat(lock, &held) == 0, stat(path + "/LOCK", &found) == 0, held.st_ino == found.st_ino,
            held.st_dev == found.st_dev
        {
            return
        }
        throw StateError(
            .mismatch, "The state folder \(path) was removed or replaced while the pipeline ran",
            advice: "Restore it as it was and start again; if that is not possible, start over with --fresh")
    }

    private static func createFolder(_ path: String) throws {
        let code = FolderCalls.make(path)
        if code == 0 { return }
        throw failure(
            code, "The state folder \(path) cannot be created",
            advice: "Name a folder that this user can write to, with --state or checkpoints: .init(directory:)")
    }

    private static func takeLock(_ path: String) throws -> Int32 {
        let file = path + "/LOCK"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw failure(errno, "The state folder \(path) cannot be written", advice: writable)
        }
        guard lock(descriptor) else {
            var buffer = [UInt8](repeating: 0, count: 32)
            let count = max(0, read(descriptor, &buffer, 32))
            let holder = String(decoding: buffer[..<count], as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            close(descriptor)
            throw StateError(
                .inUse, "The state folder \(path) is in use by process \(holder.isEmpty ? "unknown" : holder)",
                advice: "Stop that process first, or give this one a folder of its own with --state")
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        return descriptor
    }

    /// Retries for 200 ms: a child process that is being started holds the parent's lock until it has replaced its
    /// image.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(10_000)
        }
        return false
    }

    /// After the rename the folder counts as new, even if the remaining steps are never taken.
    private static func forgetState(_ path: String) throws {
        guard rename(path + "/FORMAT", path + "/" + unfinished) == 0 || errno == ENOENT else {
            throw unwritable(path + "/" + unfinished, errno)
        }
        try syncFolder(path)
    }

    private static func removeData(_ path: String) throws {
        for name in ["data.mdb", "lock.mdb"] where unlink(path + "/" + name) != 0 && errno != ENOENT {
            throw StateError(
                .unusable, "\(path)/\(name) cannot be removed: \(String(cString: strerror(errno)))",
                advice: "Give this user the right to change the folder, or name another with --state")
        }
    }

    /// Whether the file exists. Throws if it is not a regular file, since opening it might block indefinitely.
    private static func isThere(_ file: String) throws -> Bool {
        var status = stat()
        guard stat(file, &status) == 0 else {
            if errno == ENOENT { return false }
            throw unreadable(file, String(cString: strerror(errno)))
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw unreadable(file, "it is \(kind == S_IFDIR ? "a folder" : "no ordinary file")")
        }
        return true
    }

    /// Returns the text of a short file, with bytes that are not UTF-8 replaced; `nil` if the file does not exist.
    private static func text(of file: String) throws -> String? {
        guard try isThere(file) else { return nil }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(file, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw unreadable(file, String(cString: strerror(errno))) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private static func unreadable(_ file: String, _ reason: String) -> StateError {
        StateError(
            .unusable, "\(file) cannot be read: \(reason)",
            advice:
                "Give this user the right to read the state folder, bring the file back, or name another folder with --state"
        )
    }

    /// Checks FORMAT, or writes FORMAT.new in a new folder.
    private static func checkFormat(_ path: String) throws -> (isNew: Bool, isSealed: Bool) {
        let file = path + "/FORMAT"
        let hasData = try Self.isThere(path + "/data.mdb")
        guard let text = try Self.text(of: file) else {
            if hasData, !FileManager.default.fileExists(atPath: path + "/" + unfinished) {
                throw StateError(
                    .mismatch, "\(path) holds a data.mdb that is not Millrace's: there is no FORMAT file beside it",
                    advice: "Name another folder with --state, or remove data.mdb if it is not needed")
            }
            try write("millrace state \(format)\n", to: path + "/" + unfinished)
            try removeData(path)
            return (isNew: true, isSealed: true)
        }
        let expected = "millrace state \(format)"
        let found = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isSealed = found == expected
        guard isSealed || found == "millrace state \(unsealedFormat)" else {
            throw StateError(
                .mismatch, "\(file) says '\(found.prefix(60))', this program reads '\(expected)'",
                advice: "Use the version of Millrace that wrote the folder, or start over with --fresh")
        }
        guard hasData else {
            throw StateError.damaged(path, "the file is missing, though FORMAT says that it was written")
        }
        guard (try? FileManager.default.attributesOfItem(atPath: path + "/data.mdb")[.size] as? Int) != 0 else {
            throw StateError.damaged(path, "the file is empty, though FORMAT says that it was written")
        }
        return (isNew: false, isSealed: isSealed)
    }

    /// Marks the folder as having a data.mdb with a seal. Called once both are on disk.
    func markInitialised() throws {
        let file = path + "/FORMAT"
        if !isSealed {
            let next = path + "/FORMAT.\(Self.format)"
            try Self.write("millrace state \(Self.format)\n", to: next)
            guard rename(next, file) == 0 else { throw Self.unwritable(file, errno) }
            return try Self.syncFolder(path)
        }
        guard isNew, !FileManager.default.fileExists(atPath: file) else { return }
        guard rename(path + "/" + Self.unfinished, file) == 0 else { throw Self.unwritable(file, errno) }
        try Self.syncFolder(path)
    }

    private static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
    }

    /// Writes a small file, which is on disk when this returns.
    private static func write(_ text: String, to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unwritable(file, errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fsync(descriptor) == 0 else {
            throw unwritable(file, errno)
        }
    }

    private static func unwritable(_ file: String, _ code: Int32) -> StateError {
        failure(code, "\(file) cannot be written", advice: writable)
    }

    private static var writable: String {
        "Give this user the right to write there, or name another folder with --state"
    }

    /// Returns the error for a failed system call.
    ///
    /// - Parameter advice: the advice unless the disk is full.
    private static func failure(_ code: Int32, _ problem: String, advice: String) -> StateError {
        let isFull = FolderCalls.mayHaveRoomSoon(code)
        return StateError(
            isFull ? .full : .unusable, "\(problem): \(String(cString: strerror(code)))",
            advice: isFull ? "Free disk space, or raise this user's quota" : advice)
    }
}
