import Foundation

/// Standard output and error, which may be closed, full or a pipe that nobody reads: then writing fails, and the process goes
/// on. (`FileHandle.write` ends it.)
package struct StandardStream: Sendable {
    private let descriptor: Int32
    private let name: String

    /// Standard output.
    package static let output = StandardStream(descriptor: 1, name: "standard output")
    /// Standard error.
    package static let error = StandardStream(descriptor: 2, name: "standard error")

    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Writes all of `text`. Throws `SinkError`.
    package func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                #if canImport(Glibc)
                    let count = Glibc.write(descriptor, start, rest.count)
                #else
                    let count = Foundation.write(descriptor, start, rest.count)
                #endif
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EAGAIN {
                    usleep(1000)  // somebody has made it non-blocking
                } else if errno != EINTR {
                    throw SinkError(
                        "Nothing can be written to \(name): \(String(cString: strerror(errno)))",
                        advice: "See whether it is closed, its disk is full, or its reader has gone")
                }
            }
        }
    }

    /// Puts `/dev/null` where a standard stream is closed: otherwise the next file that is opened, such as one of a state
    /// folder, would be taken for it. And has a pipe without a reader be an error of the write, not the end of the process.
    /// To be called before anything is opened.
    package static func secure() {
        for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
            // Gives the lowest number that is free, which is this one.
            _ = open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes `text` if it can: for what the process goes on without.
    package func say(_ text: String) { try? write(text) }
}
