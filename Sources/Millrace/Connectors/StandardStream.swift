import Foundation

/// Standard output or standard error. Where the stream is closed, full or a pipe without a reader, writing throws an
/// error (`FileHandle.write` would end the process).
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
                    usleep(1000)  // the descriptor is non-blocking
                } else if errno != EINTR {
                    throw SinkError(
                        "Nothing can be written to \(name): \(String(cString: strerror(errno)))",
                        advice: "See whether it is closed, its disk is full, or its reader has gone")
                }
            }
        }
    }

    /// Opens `/dev/null` for each standard stream that is closed, because the next file that is opened, such as one of
    /// a state folder, would otherwise get its descriptor. Also ignores SIGPIPE, so that writing to a pipe without a
    /// reader fails instead of ending the process. To be called before any file is opened.
    package static func secure() {
        for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
            // Gets the lowest free descriptor, which is this one.
            _ = open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes `text`, and ignores errors.
    package func say(_ text: String) { try? write(text) }
}
