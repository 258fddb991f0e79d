import Synchronization

/// An item in a channel.
enum ChannelItem: Sendable {
    /// Records; the watermark in the batch holds after them.
    case batch(RecordBatch)
    /// A watermark that advanced without records.
    case watermark(Watermark)
    /// A barrier: all items before it belong to the epoch that it ends.
    case barrier(Barrier)
}

/// The limits of a channel between two tasks. A sender waits when one of them is exceeded.
///
/// ```swift
/// try await pipeline.run(RunOptions(channels: ChannelLimits(records: 2048, bytes: 1 << 20)))
/// ```
public struct ChannelLimits: Sendable, Hashable {
    /// The number of records. Default: 8,192.
    public var records: Int
    /// The size of the input that the records came from, in bytes. Default: 4 MiB.
    public var bytes: Int

    /// Creates limits. The batch that exceeds a limit is still accepted, however large it is, so that a single large
    /// record cannot block a channel.
    ///
    /// - Parameters:
    ///   - records: the number of records. Default: 8,192.
    ///   - bytes: the size of the input that the records came from, in bytes. Default: 4 MiB.
    public init(records: Int = 8192, bytes: Int = 4 << 20) {
        self.records = records
        self.bytes = bytes
    }
}

/// The receiving end of all channels into one task: a FIFO queue per sender.
///
/// Barriers and watermarks are always accepted: only batches count against the limits, and a sender checks the limits
/// before it continues, not before it sends.
@usableFromInline
final class Inbox: Sendable {
    private struct Queue {
        var items: [ChannelItem] = []
        var head = 0
        var records = 0
        var bytes = 0
        var isSenderWaiting = false
        var spare: [RecordBatch] = []

        var isEmpty: Bool { head == items.count }

        mutating func take() -> ChannelItem {
            let item = items[head]
            head += 1
            if head == items.count {
                items.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 64 {
                items.removeFirst(head)
                head = 0
            }
            return item
        }
    }

    private let queues: Mutex<[Queue]>
    private let limits: ChannelLimits
    private let senders: [TaskSignal]
    private let receiver: TaskSignal

    init(senders: [TaskSignal], receiver: TaskSignal, limits: ChannelLimits) {
        self.senders = senders
        self.receiver = receiver
        self.limits = limits
        queues = Mutex(Array(repeating: Queue(), count: senders.count))
    }

    /// Appends an item to the queue of `sender`.
    func send(_ item: ChannelItem, from sender: Int) {
        queues.withLock { queues in
            if case .batch(let batch) = item {
                queues[sender].records += batch.count
                queues[sender].bytes += batch.bytes
            }
            queues[sender].items.append(item)
        }
        receiver.wake()
    }

    /// Whether `sender` should wait before it continues. It is woken when there is room again.
    func isFull(_ sender: Int) -> Bool {
        queues.withLock { queues in
            let isFull = queues[sender].records > limits.records || queues[sender].bytes > limits.bytes
            queues[sender].isSenderWaiting = isFull
            return isFull
        }
    }

    /// Removes and returns the next item of a sender that is not blocked by `alignment`, starting the search at
    /// `start`.
    func next(_ alignment: BarrierAlignment, startingAt start: Int) -> (sender: Int, item: ChannelItem)? {
        let (found, wakes) = queues.withLock { queues -> ((Int, ChannelItem)?, Bool) in
            for offset in queues.indices {
                let sender = (start + offset) % queues.count
                if queues[sender].isEmpty || alignment.isHeldBack(sender) { continue }
                let item = queues[sender].take()
                var wakes = false
                if case .batch(let batch) = item {
                    queues[sender].records -= batch.count
                    queues[sender].bytes -= batch.bytes
                    wakes =
                        queues[sender].isSenderWaiting
                        && queues[sender].records <= limits.records / 2 && queues[sender].bytes <= limits.bytes / 2
                    if wakes { queues[sender].isSenderWaiting = false }
                }
                return ((sender, item), wakes)
            }
            return (nil, false)
        }
        if wakes, let found { senders[found.0].wake() }
        return found
    }

    /// Returns an emptied batch to its sender.
    func giveBack(_ batch: RecordBatch, to sender: Int) {
        batch.removeAll()
        queues.withLock { queues in
            if queues[sender].spare.count < 16 { queues[sender].spare.append(batch) }
        }
    }

    /// Returns an emptied batch, if there is one.
    @usableFromInline
    func spare(for sender: Int) -> RecordBatch? {
        queues.withLock { $0[sender].spare.popLast() }
    }

    /// The number of records in the queues, for the status.
    var waitingRecords: Int { queues.withLock { $0.reduce(0) { $0 + $1.records } } }
}
