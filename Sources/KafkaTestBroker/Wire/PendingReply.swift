import NIOCore

/// The answer to a request. It is given once, on the broker's event loop.
final class PendingReply {
    let version: Int16
    /// Receives the parts of the answer; `nil` after it was called.
    private var complete: (([ByteBuffer]) -> Void)?
    private let correlation: Int32
    private let hasFlexibleHeader: Bool

    init(
        correlation: Int32, version: Int16, hasFlexibleHeader: Bool, complete: @escaping ([ByteBuffer]) -> Void
    ) {
        self.correlation = correlation
        self.version = version
        self.hasFlexibleHeader = hasFlexibleHeader
        self.complete = complete
    }

    func send(_ writer: WireWriter) {
        guard let complete else { return }
        self.complete = nil
        var head = ByteBuffer()
        let body = writer.finished()
        let size = body.reduce(hasFlexibleHeader ? 5 : 4) { $0 + $1.readableBytes }
        head.writeInteger(Int32(size))
        head.writeInteger(correlation)
        if hasFlexibleHeader { head.writeInteger(Int8(0)) }
        complete([head] + body)
    }

    /// Completes a request that expects no answer.
    func sendNothing() {
        complete?([])
        complete = nil
    }
}
