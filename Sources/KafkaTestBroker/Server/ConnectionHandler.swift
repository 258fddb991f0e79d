import NIOCore

/// A client's connection. Splits the stream into requests and answers them in order, as Kafka does.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let broker: BrokerState
    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var isBusy = false
    private var isWorking = false

    /// The size limit of a request, in bytes. Larger lengths indicate another protocol.
    private static let largestRequest = 128 << 20

    init(_ broker: BrokerState) { self.broker = broker }

    func channelActive(context: ChannelHandlerContext) {
        guard !broker.isDead else { return context.close(promise: nil) }
        self.context = context
        broker.connections[ObjectIdentifier(self)] = self
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        broker.connections[ObjectIdentifier(self)] = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        work()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        broker.logger.debug("a connection broke: \(error)")
        context.close(promise: nil)
    }

    /// Answers requests until one has to wait or none is left.
    private func work() {
        guard !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        while !isBusy, context != nil {
            guard let length = received.getInteger(at: received.readerIndex, as: Int32.self) else { return }
            guard length >= 8, length <= Self.largestRequest else {
                return refuse(WireError("a request of \(length) bytes"))
            }
            guard received.readableBytes >= 4 + Int(length) else { return }
            received.moveReaderIndex(forwardBy: 4)
            guard let request = received.readSlice(length: Int(length)) else { return }
            if received.readableBytes == 0 { received = ByteBuffer() }
            isBusy = true
            do { try handle(request) } catch { refuse(error) }
        }
    }

    private func refuse(_ error: any Error) {
        broker.logger.warning("a request cannot be parsed, its connection is closed: \(error)")
        close()
    }

    func close() { context?.close(promise: nil) }

    private func handle(_ request: ByteBuffer) throws {
        broker.faults.tap?(request)
        var reader = WireReader(request)
        let key: Int16 = try reader.integer()
        let version: Int16 = try reader.integer()
        let correlation: Int32 = try reader.integer()
        let client = try reader.nullableString() ?? ""
        guard let api = KafkaAPI(rawValue: key) else { throw WireError("request kind \(key) is not known here") }
        let fault = broker.faults.next(api, client: client)
        if fault == .dropBefore { return close() }
        if fault == .crashBefore { return broker.die() }
        let isKnown = api.versions.contains(version)
        guard isKnown || api == .apiVersions else {
            throw WireError("version \(version) of \(api) is not known here, \(api.versions) are")
        }
        let isFlexible = api.isFlexible(version)
        reader.isFlexible = isFlexible
        if isFlexible, isKnown { try reader.tags() }
        if case .deliverLate(let delay) = fault {
            try deliver(request, after: delay)
            return close()
        }
        // The answer to ApiVersions always has the old header, which clients of all versions can read.
        let reply = PendingReply(
            correlation: correlation, version: version, hasFlexibleHeader: isFlexible && api != .apiVersions
        ) { self.complete($0, fault) }
        if case .refuse(let error) = fault {
            broker.forced = error
            defer { broker.forced = nil }
            return try broker.handle(api, &reader, client: client, reply, isKnown: isKnown)
        }
        try broker.handle(api, &reader, client: client, reply, isKnown: isKnown)
    }

    /// Processes a request after a delay, and discards its answer.
    private func deliver(_ request: ByteBuffer, after delay: Duration) throws {
        let handler = NIOLoopBound(self, eventLoop: broker.loop)
        broker.loop.scheduleTask(in: .nanoseconds(Int64(delay / .nanoseconds(1)))) {
            guard !handler.value.broker.isDead else { return }
            try? handler.value.takeEffect(request)
        }
    }

    private func takeEffect(_ request: ByteBuffer) throws {
        var reader = WireReader(request)
        let key: Int16 = try reader.integer()
        let version: Int16 = try reader.integer()
        let correlation: Int32 = try reader.integer()
        let client = try reader.nullableString() ?? ""
        guard let api = KafkaAPI(rawValue: key) else { return }
        reader.isFlexible = api.isFlexible(version)
        if reader.isFlexible { try reader.tags() }
        let reply = PendingReply(correlation: correlation, version: version, hasFlexibleHeader: false) {
            self.complete($0, .loseResponse)
        }
        try broker.handle(api, &reader, client: client, reply, isKnown: true)
    }

    /// Completes the current request with its answer.
    func complete(_ parts: [ByteBuffer], _ fault: FaultScript.Action?) {
        switch fault {
        case .dropAfter: return close()
        case .crashAfter: return broker.die()
        case .loseResponse: break
        case .delayResponse(let delay):
            let handler = NIOLoopBound(self, eventLoop: broker.loop)
            broker.loop.scheduleTask(in: .nanoseconds(Int64(delay / .nanoseconds(1)))) {
                handler.value.write(parts)
                handler.value.goOn()
            }
            return
        default: write(parts)
        }
        goOn()
    }

    /// Continues with the next request, on the next turn of the event loop: an answer may be given in the middle of a
    /// change to a group, and the next request must see the complete change.
    private func goOn() {
        isBusy = false
        guard !isWorking else { return }
        let handler = NIOLoopBound(self, eventLoop: broker.loop)
        broker.loop.execute { handler.value.work() }
    }

    private func write(_ parts: [ByteBuffer]) {
        guard let context, !parts.isEmpty else { return }
        for part in parts where part.readableBytes > 0 { context.write(wrapOutboundOut(part), promise: nil) }
        context.flush()
    }
}
