import Foundation

/// An open file, which is closed when the last reference to it is released.
final class OpenFile {
    let path: String
    private let descriptor: Int32

    private init(path: String, flags: Int32, operation: String) throws(FileFailure) {
        self.path = path
        while true {
            let result = Foundation.open(path, flags | O_CLOEXEC, 0o666)
            if result >= 0 {
                descriptor = result
                return
            }
            if errno != EINTR { throw FileFailure(operation: operation, path: path, code: errno) }
        }
    }

    /// Opens the file at `path` for reading.
    convenience init(reading path: String) throws(FileFailure) {
        try self.init(path: path, flags: O_RDONLY, operation: "open")
    }

    /// Creates the file at `path` for writing. Fails if it exists.
    convenience init(creating path: String) throws(FileFailure) {
        try self.init(path: path, flags: O_WRONLY | O_CREAT | O_EXCL, operation: "create")
    }

    deinit { close(descriptor) }

    func status() throws(FileFailure) -> FileStatus { try FileStatus.of(descriptor: descriptor, path: path) }

    /// Reads from byte `offset` until `buffer` is full or the file ends; returns the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFailure) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw FileFailure(operation: "read", path: path, code: errno)
            }
        }
        return done
    }

    /// Writes all of `bytes` after the bytes written before.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
        try writeAll(bytes, to: descriptor, path: path)
    }

    /// Makes everything written to the file (through any descriptor) durable (`fsync`).
    func sync() throws(FileFailure) {
        while fsync(descriptor) != 0 {
            if errno != EINTR { throw FileFailure(operation: "sync", path: path, code: errno) }
        }
    }
}

/// Writes all of `bytes` to a descriptor, waiting while it is a full non-blocking pipe.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(FileFailure) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
        let count = write(descriptor, base + done, bytes.count - done)
        if count >= 0 {
            done += count
        } else if errno == EAGAIN {
            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&wait, 1, -1)
        } else if errno != EINTR {
            throw FileFailure(operation: "write to", path: path, code: errno)
        }
    }
}
