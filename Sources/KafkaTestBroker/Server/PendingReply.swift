import NIOCore

/// The answer that a request waits for; given once, on the broker's event loop.
final class PendingReply {
    let version: Int16
    private var connection: ConnectionHandler?
    private let correlation: Int32
    private let hasFlexibleHeader: Bool
    private let fault: FaultScript.Action?

    init(
        _ connection: ConnectionHandler, correlation: Int32, version: Int16, hasFlexibleHeader: Bool,
        fault: FaultScript.Action?
    ) {
        self.connection = connection
        self.correlation = correlation
        self.version = version
        self.hasFlexibleHeader = hasFlexibleHeader
        self.fault = fault
    }

    func send(_ writer: WireWriter) {
        guard let connection else { return }
        self.connection = nil
        var head = ByteBuffer()
        let body = writer.finished()
        let size = body.reduce(hasFlexibleHeader ? 5 : 4) { $0 + $1.readableBytes }
        head.writeInteger(Int32(size))
        head.writeInteger(correlation)
        if hasFlexibleHeader { head.writeInteger(Int8(0)) }
        connection.complete([head] + body, fault)
    }

    /// The request wants no answer.
    func sendNothing() {
        connection?.complete([], fault)
        connection = nil
    }
}
