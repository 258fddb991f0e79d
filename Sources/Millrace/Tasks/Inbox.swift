import Synchronization

/// What travels in a channel.
enum ChannelItem: Sendable {
    /// Records; the watermark in the batch holds after them.
    case batch(RecordBatch)
    /// Event time moved without records.
    case watermark(Watermark)
    /// All before this belongs to the epoch that ends.
    case barrier(Barrier)
}

/// How much a channel holds before its sender waits.
public struct ChannelLimits: Sendable, Hashable {
    /// Records.
    public var records: Int
    /// Bytes of input.
    public var bytes: Int

    /// By default 8,192 records or 4 MiB, whichever comes first. One batch beyond is let in, however large, so that a
    /// single large record cannot block.
    public init(records: Int = 8192, bytes: Int = 4 << 20) {
        self.records = records
        self.bytes = bytes
    }
}

/// The receiving end of all channels into one task: a queue per sender, in order.
///
/// Barriers and watermarks are let in whatever the queue holds: only batches count against the limits, and a sender
/// asks before it goes on, not before it sends.
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

    /// Puts an item into the queue of `sender`.
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

    /// Whether `sender` should wait before it goes on; it is woken when there is room again.
    func isFull(_ sender: Int) -> Bool {
        queues.withLock { queues in
            let isFull = queues[sender].records > limits.records || queues[sender].bytes > limits.bytes
            queues[sender].isSenderWaiting = isFull
            return isFull
        }
    }

    /// The next item of a sender that is not held back by `alignment`, starting the search at `start`.
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

    /// Gives an emptied batch back to its sender.
    func giveBack(_ batch: RecordBatch, to sender: Int) {
        batch.removeAll()
        queues.withLock { queues in
            if queues[sender].spare.count < 16 { queues[sender].spare.append(batch) }
        }
    }

    /// An emptied batch, if there is one.
    @usableFromInline
    func spare(for sender: Int) -> RecordBatch? {
        queues.withLock { $0[sender].spare.popLast() }
    }

    /// Batches that wait, for the status.
    var waitingRecords: Int { queues.withLock { $0.reduce(0) { $0 + $1.records } } }
}
