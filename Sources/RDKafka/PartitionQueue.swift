public import CMillraceRDKafka

/// The queue of the fetched records of one partition.
///
/// `@unchecked Sendable`: created in one task and passed to another; only one task uses it at a time.
///
/// ```swift
/// let queue = try consumer.queue(of: TopicPartition("orders", 0))
/// try consumer.assign([CommittedOffset(queue.partition, 0)])
/// reading: while true {
///     switch queue.head {
///     case .nothing: try await Task.sleep(for: .milliseconds(10))
///     case .record(let message): print(message.offset, message.size)
///     case .end: break reading
///     case .failure(let error): throw error
///     }
///     queue.advance()
/// }
/// ```
public final class PartitionQueue: @unchecked Sendable {
    @usableFromInline let queue: OpaquePointer
    /// The partition.
    public let partition: TopicPartition
    @usableFromInline let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    @usableFromInline let capacity = 1024
    // Used by one task, one call at a time: accesses cannot overlap.
    @exclusivity(unchecked) @usableFromInline var next = 0
    @exclusivity(unchecked) @usableFromInline var count = 0
    private var waker: Unmanaged<Waker>?

    init(_ queue: OpaquePointer, _ partition: TopicPartition) {
        self.queue = queue
        self.partition = partition
        messages = .allocate(capacity: capacity)
        messages.initialize(repeating: nil, count: capacity)
    }

    deinit {
        onArrival(nil)
        for index in next..<count { messages[index].map { rd_kafka_message_destroy($0) } }
        messages.deallocate()
        rd_kafka_queue_destroy(queue)
    }

    /// Sets a function that is called when records arrive in the empty queue.
    ///
    /// - Parameter wake: called on a thread of librdkafka; `nil` to remove it.
    public func onArrival(_ wake: (@Sendable () -> Void)?) {
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
        waker?.release()
        waker = nil
        guard let wake else { return }
        let waker = Unmanaged.passRetained(Waker(wake))
        self.waker = waker
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, opaque in
                guard let opaque else { return }
                Unmanaged<Waker>.fromOpaque(opaque).takeUnretainedValue().wake()
            }, waker.toOpaque())
    }

    /// The element at the head of a queue.
    public enum Head {
        /// The queue is empty.
        case nothing
        /// A record.
        case record(KafkaMessage)
        /// The end of the partition was reached: the next record will have this offset.
        case end(Int64)
        /// An error: the partition cannot be read.
        case failure(KafkaError)
    }

    /// The head of the queue. It does not wait, and does not remove the element: see ``advance()``.
    @inlinable
    public var head: Head {
        if next == count, !refill() { return .nothing }
        guard let message = messages[next] else { return .nothing }
        if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { return .record(KafkaMessage(message)) }
        return event(message)
    }

    /// The offset after the last record that has been taken from librdkafka and not been passed by ``advance()``; `nil`
    /// if there is none.
    public var takenUpTo: Int64? {
        var index = count - 1
        while index >= next {
            if let message = messages[index], message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                return message.pointee.offset + 1
            }
            index -= 1
        }
        return nil
    }

    /// Removes the head of the queue. Its ``KafkaMessage`` is not valid any more.
    @inlinable
    public func advance() {
        guard next < count, let message = messages[next] else { return }
        rd_kafka_message_destroy(message)
        messages[next] = nil
        next &+= 1
    }

    @inlinable
    @inline(never)
    func refill() -> Bool {
        let found = rd_kafka_consume_batch_queue(queue, 0, messages, capacity)
        next = 0
        count = max(0, found)
        return count > 0
    }

    @usableFromInline
    func event(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Head {
        if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF { return .end(message.pointee.offset) }
        let reason = rd_kafka_message_errstr(message).map { String(cString: $0) }
        return .failure(KafkaError(message.pointee.err, "read \(partition)", reason: reason))
    }
}

private final class Waker: Sendable {
    let wake: @Sendable () -> Void

    init(_ wake: @escaping @Sendable () -> Void) { self.wake = wake }
}
