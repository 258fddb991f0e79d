import Foundation
import Millrace
import Synchronization

/// The ownership of an output directory. Its file `.millrace-owner` is locked (`flock`) by the process that writes, and
/// contains the identifier of the state folder that the output belongs to.
final class OutputOwner: Sendable {
    static let fileName = ".millrace-owner"

    private let path: String
    /// The descriptor of the open file, which holds the lock; -1 if there is none.
    private let lock = Mutex<Int32>(-1)

    init(directory: String) { path = directory }

    deinit { release() }

    /// Locks the directory for this run, and checks that its output belongs to the run.
    ///
    /// Throws a `SinkError` if another process, or another sink of this one, writes to the directory, or if its output
    /// belongs to another state folder.
    func claim(_ start: StartMode, _ run: SinkRun) throws {
        try lock.withLock { lock in
            if lock < 0 { lock = try open() }
            let owner = read(lock)
            if case .resumed = start, !owner.isEmpty, !run.folder.isEmpty, owner != run.folder {
                throw SinkError(
                    "\(path) holds output that belongs to another state folder (\(owner), this one is \(run.folder))",
                    advice:
                        "Use the state folder that belongs to this output, choose another directory, or start over with --fresh"
                )
            }
            try write(run.folder, to: lock)
        }
    }

    /// Releases the lock at the end of a run.
    func release() {
        lock.withLock { lock in
            if lock >= 0 { close(lock) }
            lock = -1
        }
    }

    private func open() throws -> Int32 {
        let file = path + "/" + Self.fileName
        let descriptor = Foundation.open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw SinkError(
                "\(path) cannot be written to: \(String(cString: strerror(errno)))",
                advice: "Give this user the right to write there, or choose another directory")
        }
        // A child process that is being started may briefly hold the lock of its parent.
        for _ in 0..<20 {
            // On a file system without locks, the state folder's identifier in the file is still checked.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || ![EWOULDBLOCK, EINTR].contains(errno) { return descriptor }
            usleep(10_000)
        }
        close(descriptor)
        throw SinkError(
            "Another process, or another sink of this pipeline, writes to \(path)",
            advice: "Stop that one, or give each sink a directory of its own")
    }

    private func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        return String(decoding: bytes[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func write(_ owner: String, to descriptor: Int32) throws {
        let text = Array((owner + "\n").utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count,
            fsync(descriptor) == 0
        else {
            throw SinkError(
                "\(path) cannot be written to: \(String(cString: strerror(errno)))",
                advice: "See that there is room on its disk, or choose another directory")
        }
    }
}
