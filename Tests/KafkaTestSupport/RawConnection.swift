import Foundation
import NIOCore
package import KafkaTestBroker

/// A connection that sends whatever bytes a test wants.
package final class RawConnection {
    private let descriptor: Int32

    /// - Parameter broker: host:port; the host may be a name.
    package convenience init(to broker: String) throws {
        let parts = broker.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { throw KafkaRigError("\(broker) is no host:port") }
        try self.init(host: String(parts[0]), port: port)
    }

    package init(host: String = "127.0.0.1", port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host == "localhost" ? "127.0.0.1" : host)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard result == 0 else {
            close(descriptor)
            throw KafkaRigError("connect: \(String(cString: strerror(errno)))")
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { close(descriptor) }

    /// Sends a request as it would be without its length. Whether the bytes could be sent.
    @discardableResult
    package func send(_ request: ByteBuffer) -> Bool {
        var framed = ByteBuffer()
        framed.writeInteger(Int32(request.readableBytes))
        framed.writeImmutableBuffer(request)
        return sendBytes(framed)
    }

    @discardableResult
    package func sendBytes(_ bytes: ByteBuffer) -> Bool {
        bytes.withUnsafeReadableBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, 0) }
            == bytes.readableBytes
    }

    /// The next answer behind its correlation number; `nil` if the broker closed the connection.
    package func receive() throws -> ByteBuffer? {
        guard var head = try read(4), let size = head.readInteger(as: Int32.self), var body = try read(Int(size)) else {
            return nil
        }
        body.moveReaderIndex(forwardBy: 4)
        return body
    }

    private func read(_ count: Int) throws -> ByteBuffer? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes[done...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if got == 0 || got < 0 && errno == ECONNRESET { return nil }
            guard got > 0 else { throw KafkaRigError("no answer: \(String(cString: strerror(errno)))") }
            done += got
        }
        return ByteBuffer(bytes: bytes)
    }

    /// Asks what versions there are: any broker that is alive answers.
    package func isAlive() throws -> Bool {
        guard send(Self.request(.apiVersions, version: 0) { _ in }) else { return false }
        return try receive() != nil
    }

    /// A request of a kind and version, whose body the closure writes.
    package static func request(
        _ api: KafkaAPI, version: Int16, _ body: (inout WireWriter) -> Void
    ) -> ByteBuffer {
        var head = WireWriter()
        head.integer(api.rawValue)
        head.integer(version)
        head.integer(Int32(7))
        head.string("raw")
        var writer = WireWriter(flexible: api.isFlexible(version))
        writer.tags()
        body(&writer)
        var request = ByteBuffer()
        for var part in head.finished() + writer.finished() { request.writeBuffer(&part) }
        return request
    }

    /// Asks, and reads the answer.
    package func ask(
        _ api: KafkaAPI, version: Int16, _ body: (inout WireWriter) -> Void
    ) throws -> WireReader {
        send(Self.request(api, version: version, body))
        guard let answer = try receive() else { throw KafkaRigError("the broker closed the connection on \(api)") }
        var reader = WireReader(answer, flexible: api.isFlexible(version))
        try reader.tags()
        return reader
    }
}
