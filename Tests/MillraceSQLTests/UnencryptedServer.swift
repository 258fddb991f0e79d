import Foundation

/// Listens on this machine, and says to every client that it has no encryption, as a PostgreSQL server without does.
final class UnencryptedServer: Sendable {
    private let listener: Int32
    let port: Int

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, given) = (listener, size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, given) == 0 && listen(listener, 4) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                var request = [UInt8](repeating: 0, count: 8)
                if read(client, &request, request.count) > 0 { _ = send(client, "N", 1, Int32(MSG_NOSIGNAL)) }
                _ = read(client, &request, request.count)
                close(client)
            }
        }
    }

    // `close` alone would not wake the thread that accepts.
    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
