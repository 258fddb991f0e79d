import Foundation
import Synchronization

/// Stands between a client and a PostgreSQL server's socket, and cuts a connection after so many bytes.
final class SocketProxy: Sendable {
    enum Direction: Sendable, CaseIterable { case toServer, toClient }

    private struct Cut {
        let direction: Direction
        var bytes: Int
    }

    private let folder: TemporaryFolder
    private let upstream: String
    private let listener: Int32
    private let cut = Mutex<Cut?>(nil)
    private let count = Mutex<[Direction: Int]>([:])

    /// - Parameter upstream: the folder of the server's socket.
    init(upstream: String) throws {
        folder = try TemporaryFolder()
        self.upstream = upstream
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(folder.path)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                serve(client)
            }
        }
    }

    deinit { close(listener) }

    /// What a client names as its host.
    var host: String { folder.path }

    /// The next connection that has sent, or been sent, so many bytes more is cut: the server goes on with what it has.
    func cut(after bytes: Int, _ direction: Direction) {
        cut.withLock { $0 = Cut(direction: direction, bytes: bytes) }
    }

    /// Whether a cut that was asked for was made.
    var wasCut: Bool { cut.withLock { $0 == nil } }

    func cutNothing() { cut.withLock { $0 = nil } }

    /// Bytes that went through since the last call.
    func takeCounts() -> [Direction: Int] {
        count.withLock { count in
            defer { count = [:] }
            return count
        }
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(upstream)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, size) }
        }
        guard connected == 0 else {
            close(client)
            close(server)
            return
        }
        for (from, to, direction) in [(client, server, Direction.toServer), (server, client, .toClient)] {
            Thread.detachNewThread { [self] in
                pump(from, to, direction)
                // Both ends are closed by whoever comes to an end first; the other's read then ends, too.
                shutdown(from, Int32(SHUT_RDWR))
                shutdown(to, Int32(SHUT_RDWR))
            }
        }
    }

    private func pump(_ from: Int32, _ to: Int32, _ direction: Direction) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let size = read(from, &buffer, buffer.count)
            if size <= 0 { return }
            let (passed, ends) = cut.withLock { cut -> (Int, Bool) in
                guard let wanted = cut, wanted.direction == direction else { return (size, false) }
                if wanted.bytes > size {
                    cut?.bytes -= size
                    return (size, false)
                }
                cut = nil
                return (wanted.bytes, true)
            }
            count.withLock { $0[direction, default: 0] += passed }
            if passed > 0, send(to, buffer, passed, Int32(MSG_NOSIGNAL)) != passed { return }
            if ends { return }
        }
    }

    private static func address(_ folder: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array("\(folder)/.s.PGSQL.5432".utf8).prefix(place.count - 1))
        }
        return address
    }
}
