/// The sending end of an exchange, as seen by its task's loop.
@usableFromInline
protocol ExchangeSender: AnyObject {
    /// Whether a channel holds more than its limit.
    var isCongested: Bool { get }
    /// Sends the buffered records, and the watermark where it has changed.
    func flush(_ watermark: Watermark)
    /// Sends the buffered records with the watermark noted last. For a task whose event time has advanced, but which
    /// has not emitted all results of that yet.
    func flush()
    /// Sends a barrier. All buffered records have to be flushed before.
    func send(_ barrier: Barrier)
    /// Notes the watermark of the batches sent from now on, and the input bytes since the last call.
    func note(_ watermark: Watermark, bytes: Int)
}

/// Partitions records by the task that owns their key, and sends them in batches.
@usableFromInline
final class ExchangeOutput<Key: StreamKey, Record: Sendable>: ExchangeSender {
    /// A batch that is being filled, and the channel it is sent to.
    @usableFromInline
    struct Target {
        /// The addresses of the batch's columns. Access through the object would cost reference counting for every
        /// record.
        @usableFromInline var records: UnsafeMutablePointer<Record>
        @usableFromInline var times: UnsafeMutablePointer<Timestamp>
        @usableFromInline var hashes: UnsafeMutablePointer<UInt64>
        @usableFromInline var count = 0
        var batch: ExchangeBatch<Record> {
            didSet { (records, times, hashes) = (batch.records, batch.times, batch.hashes) }
        }
        let inbox: Inbox
        let sender: Int
        var sentWatermark = Watermark.start

        init(inbox: Inbox, sender: Int) {
            batch = ExchangeBatch<Record>()
            (records, times, hashes) = (batch.records, batch.times, batch.hashes)
            self.inbox = inbox
            self.sender = sender
        }
    }

    @usableFromInline let targets: UnsafeMutablePointer<Target>
    @usableFromInline let targetCount: Int
    @usableFromInline let key: @Sendable (Record) -> Key
    /// Which records go to every task; `nil`: none.
    @usableFromInline let broadcasts: (@Sendable (Record) -> Bool)?
    /// The task of each key group.
    @usableFromInline let taskOfGroup: UnsafeMutablePointer<Int>
    @usableFromInline let assignment: KeyGroupAssignment
    private let context: TaskContext
    private var watermark: Watermark
    private var bytesSinceFlush = 0

    @usableFromInline
    init(
        _ context: TaskContext, to node: OperatorNode, key: @escaping @Sendable (Record) -> Key,
        broadcasts: (@Sendable (Record) -> Bool)? = nil
    ) {
        self.broadcasts = broadcasts
        let channels = context.run.channels(from: context.task, to: node)
        self.context = context
        self.key = key
        assignment = context.run.assignment(of: node)
        watermark = context.watermark
        targetCount = channels.count
        targets = .allocate(capacity: channels.count)
        for (index, channel) in channels.enumerated() {
            (targets + index).initialize(
                to: Target(inbox: channel.inbox, sender: channel.sender))
        }
        taskOfGroup = .allocate(capacity: assignment.groups)
        for group in 0..<assignment.groups { taskOfGroup[group] = assignment.task(ofGroup: group) }
    }

    deinit {
        for index in 0..<targetCount { targets[index].batch.count = targets[index].count }
        targets.deinitialize(count: targetCount)
        targets.deallocate()
        taskOfGroup.deallocate()
    }

    /// Adds records.
    @inlinable
    @inline(__always)
    func send(_ records: UnsafePointer<Record>, _ times: UnsafePointer<Timestamp>, _ count: Int) {
        if let broadcasts { return send(records, times, count, broadcasts) }
        let (key, targets, taskOfGroup, assignment) = (key, targets, taskOfGroup, assignment)
        for index in 0..<count {
            let hash = key(records[index]).frozenHash
            let target = targets + taskOfGroup[assignment.group(ofHash: hash)]
            let place = target.pointee.count
            (target.pointee.records + place).initialize(to: records[index])
            target.pointee.times[place] = times[index]
            target.pointee.hashes[place] = hash
            target.pointee.count = place &+ 1
            if place == 0 { noteFirst(target) }
            if place &+ 1 == ExchangeBatch<Record>.capacity { flush(target) }
        }
    }

    /// Adds records of which some go to every task.
    @inlinable
    @inline(never)
    func send(
        _ records: UnsafePointer<Record>, _ times: UnsafePointer<Timestamp>, _ count: Int,
        _ broadcasts: (Record) -> Bool
    ) {
        for index in 0..<count {
            if broadcasts(records[index]) {
                for target in 0..<targetCount { add(records[index], times[index], 0, to: targets + target) }
            } else {
                let hash = key(records[index]).frozenHash
                add(
                    records[index], times[index], hash,
                    to: targets + taskOfGroup[assignment.group(ofHash: hash)])
            }
        }
    }

    @inlinable
    func add(_ record: Record, _ time: Timestamp, _ hash: UInt64, to target: UnsafeMutablePointer<Target>) {
        let place = target.pointee.count
        (target.pointee.records + place).initialize(to: record)
        target.pointee.times[place] = time
        target.pointee.hashes[place] = hash
        target.pointee.count = place &+ 1
        if place == 0 { noteFirst(target) }
        if place &+ 1 == ExchangeBatch<Record>.capacity { flush(target) }
    }

    @usableFromInline
    func noteFirst(_ target: UnsafeMutablePointer<Target>) {
        target.pointee.batch.first = context.origin
    }

    @usableFromInline
    func flush(_ target: UnsafeMutablePointer<Target>) {
        let batch = target.pointee.batch
        batch.count = target.pointee.count
        batch.bytes = max(batch.count * MemoryLayout<Record>.stride, bytesSinceFlush / targetCount)
        batch.watermark = watermark
        target.pointee.inbox.send(.batch(batch), from: target.pointee.sender)
        target.pointee.sentWatermark = watermark
        target.pointee.count = 0
        let spare = target.pointee.inbox.spare(for: target.pointee.sender)
        target.pointee.batch =
            spare.map { unsafeDowncast($0, to: ExchangeBatch<Record>.self) }
            ?? ExchangeBatch<Record>()
    }

    @usableFromInline
    func flush(_ watermark: Watermark) {
        self.watermark = watermark
        for index in 0..<targetCount {
            let target = targets + index
            if target.pointee.count > 0 {
                flush(target)
            } else if target.pointee.sentWatermark != watermark {
                target.pointee.sentWatermark = watermark
                target.pointee.inbox.send(.watermark(watermark), from: target.pointee.sender)
            }
        }
        bytesSinceFlush = 0
    }

    @usableFromInline
    func flush() { flush(watermark) }

    @usableFromInline
    func send(_ barrier: Barrier) {
        for index in 0..<targetCount {
            targets[index].inbox.send(.barrier(barrier), from: targets[index].sender)
        }
    }

    @usableFromInline
    func note(_ watermark: Watermark, bytes: Int) {
        self.watermark = watermark
        bytesSinceFlush += bytes
    }

    @usableFromInline
    var isCongested: Bool {
        var congested = false
        for index in 0..<targetCount where targets[index].inbox.isFull(targets[index].sender) { congested = true }
        return congested
    }
}
