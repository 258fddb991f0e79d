import Foundation
import LMDB

/// The folder that holds a pipeline's checkpoints, opened for this process alone.
///
///     FORMAT      format version of the folder; also says that data.mdb has to be there
///     LOCK        held (flock) by the process that uses the folder, with its process id
///     data.mdb    LMDB: journal, tree, manifests
///
/// `@unchecked Sendable`: the descriptor is set once and closed in deinit.
final class StateFolder: @unchecked Sendable {
    let path: String
    private let lock: Int32
    /// Whether the folder held nothing when it was opened.
    let isNew: Bool

    static let format = 1

    /// Opens `path`, creating it if missing; with `fresh`, whatever state it held is forgotten.
    init(path: String, fresh: Bool) throws {
        self.path = path
        try Self.createFolder(path)
        lock = try Self.takeLock(path)
        do {
            if fresh { try Self.removeState(path) }
            isNew = try Self.checkFormat(path)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    private static func createFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StateError(
                .unusable, "The state folder \(path) cannot be created: \(reason(error))",
                advice: "Name a folder that this user can write to, with --state or checkpoints: .init(directory:)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
    }

    private static func takeLock(_ path: String) throws -> Int32 {
        let file = path + "/LOCK"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StateError(
                .unusable, "The state folder \(path) cannot be written: \(String(cString: strerror(errno)))",
                advice: "Give this user the right to write there, or name another folder with --state")
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

    /// Tries for a fifth of a second: a child process that is just being started holds the parent's lock until it is
    /// under way.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(10_000)
        }
        return false
    }

    private static func removeState(_ path: String) throws {
        for name in ["data.mdb", "lock.mdb", "FORMAT"] where unlink(path + "/" + name) != 0 && errno != ENOENT {
            throw StateError(
                .unusable, "\(path)/\(name) cannot be removed: \(String(cString: strerror(errno)))",
                advice: "Give this user the right to change the folder, or name another with --state")
        }
    }

    /// Checks or writes FORMAT; true if the folder is new.
    private static func checkFormat(_ path: String) throws -> Bool {
        let file = path + "/FORMAT"
        let hasData = FileManager.default.fileExists(atPath: path + "/data.mdb")
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            if hasData {
                throw StateError(
                    .mismatch, "\(path) holds a data.mdb that is not Millrace's: there is no FORMAT file beside it",
                    advice: "Name another folder with --state, or remove data.mdb if it is not needed")
            }
            return true
        }
        let expected = "millrace state \(format)"
        let found = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard found == expected else {
            throw StateError(
                .mismatch, "\(file) says '\(found.prefix(60))', this program reads '\(expected)'",
                advice: "Use the version of Millrace that wrote the folder, or start over with --fresh")
        }
        guard hasData else {
            throw StateError.damaged(path, "the file is missing, though FORMAT says that it was written")
        }
        return false
    }

    /// Says that data.mdb has to be there from now on. Written once the file exists.
    func markInitialised() throws {
        let file = path + "/FORMAT"
        guard !FileManager.default.fileExists(atPath: file) else { return }
        do {
            try "millrace state \(Self.format)\n".write(toFile: file, atomically: true, encoding: .utf8)
        } catch {
            throw StateError(
                .unusable, "\(file) cannot be written: \(Self.reason(error))",
                advice: "Give this user the right to write there, or name another folder with --state")
        }
    }
}
