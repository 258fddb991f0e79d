/// An operator in a task that is notified of watermarks, processing time and checkpoints, such as a keyed operator or a
/// sink.
///
/// Operators are notified in the order of the graph, so that the results of one reach the next before that one is
/// notified.
@usableFromInline
protocol OperatorInstance: AnyObject {
    /// Advances event time to `watermark`. At `.end` the input has ended, and all windows and timers fire. Returns
    /// false if the operator paused because the task's outputs are congested; it is then called again.
    func advance(to watermark: Watermark) throws -> Bool

    /// Advances processing time to `time`. Returns when it wants to be called next, if at all.
    func advance(processingTime time: Timestamp) throws -> Timestamp?

    /// Ends the epoch: emits pending results, then adds the changes of its state to `snapshot`. Does no I/O.
    func prepare(_ snapshot: inout TaskSnapshot) throws

    /// Whether `isCongested` may be true.
    static var mayCongest: Bool { get }

    /// Whether the task should wait before it continues.
    var isCongested: Bool { get }

    /// Whether `drain` does anything.
    static var mayWait: Bool { get }

    /// Emits the results of external calls that are complete. Returns false if some are still in flight; the task's
    /// signal then tells when to call it again. Event time, barriers and the next records wait until it returns true.
    func drain() throws -> Bool

    /// Whether it keeps records beyond the call that passes them to it (batches). It is then notified of processing
    /// time in source tasks too, holds event time back, and is asked to finish its records at the end of input.
    static var holdsRecords: Bool { get }

    /// The earliest event time of the records that it keeps, which the watermark does not pass; `nil` if there are
    /// none.
    var heldTime: Timestamp? { get }

    /// Starts processing the records that it keeps, as far as possible. `drain` completes it.
    func flush() throws

    /// Processes the records that it keeps, as no record follows. Returns true when there are none left, and is called
    /// until then.
    func finish() throws -> Bool

    /// The source position to store in the checkpoint instead of the current one, because the records in between are
    /// not done.
    var unfinishedPosition: [UInt8]? { get }

    /// Releases resources such as open files when the task has ended.
    func close()
}

extension OperatorInstance {
    @inlinable
    func advance(to watermark: Watermark) throws -> Bool { true }
    @inlinable
    func advance(processingTime time: Timestamp) throws -> Timestamp? { nil }
    @inlinable
    static var mayCongest: Bool { false }
    @inlinable
    var isCongested: Bool { false }
    @inlinable
    static var mayWait: Bool { false }
    @inlinable
    func drain() throws -> Bool { true }
    @inlinable
    static var holdsRecords: Bool { false }
    @inlinable
    var heldTime: Timestamp? { nil }
    @inlinable
    func flush() throws {}
    @inlinable
    func finish() throws -> Bool { true }
    @inlinable
    var unfinishedPosition: [UInt8]? { nil }
    @inlinable
    func close() {}
}

/// The functions of an operator that keeps records, as closures.
@usableFromInline
struct RecordHolder {
    @usableFromInline let heldTime: () -> Timestamp?
    @usableFromInline let flush: () throws -> Void
    @usableFromInline let finish: () throws -> Bool
    @usableFromInline let unfinishedPosition: () -> [UInt8]?

    @inlinable
    init<P: OperatorInstance>(_ instance: P) {
        heldTime = { instance.heldTime }
        flush = { try instance.flush() }
        finish = { try instance.finish() }
        unfinishedPosition = { instance.unfinishedPosition }
    }
}

/// The functions of an operator, as closures. A generic instance called through the protocol would run unspecialised
/// (encoding a delta took 20 times as long); closures that are created where its type is known do not.
@usableFromInline
struct RegisteredInstance {
    @usableFromInline let advance: (Watermark) throws -> Bool
    @usableFromInline let advanceProcessingTime: (Timestamp) throws -> Timestamp?
    @usableFromInline let prepare: (inout TaskSnapshot) throws -> Void
    /// `nil` if it never is.
    @usableFromInline let isCongested: (() -> Bool)?
    /// `nil` if it never waits for an external call.
    @usableFromInline let drain: (() throws -> Bool)?
    /// `nil` if it keeps no records.
    @usableFromInline let holder: RecordHolder?
    @usableFromInline let close: () -> Void

    @inlinable
    init<P: OperatorInstance>(_ instance: P) {
        isCongested = P.mayCongest ? { instance.isCongested } : nil
        advance = { try instance.advance(to: $0) }
        advanceProcessingTime = { try instance.advance(processingTime: $0) }
        prepare = { try instance.prepare(&$0) }
        drain = P.mayWait ? { try instance.drain() } : nil
        holder = P.holdsRecords ? RecordHolder(instance) : nil
        close = { instance.close() }
    }
}

/// The part of a task in a checkpoint, delivered at a barrier.
@usableFromInline
struct TaskSnapshot: Sendable {
    @usableFromInline let checkpoint: CheckpointNumber
    let task: TaskID
    /// Whether every source has ended, and this is the last checkpoint.
    @usableFromInline let isFinal: Bool
    /// Whether the task ends with this checkpoint: it is final, or the run is to stop.
    @usableFromInline let isLast: Bool
    var deltas: [StateDelta] = []
    /// Entries in memory by state, for sizing the tables at the next start.
    var entryCounts: [StateID: Int] = [:]
    var outputs: [PreparedOutput] = []
    var source: SourceSnapshot?
    var watermark: Timestamp = .distantPast
    /// How long the task was paused for the snapshot.
    var pause: Duration = .zero

    init(_ barrier: Barrier, task: TaskID) {
        checkpoint = barrier.checkpoint
        self.task = task
        isFinal = barrier.isEndOfInput
        isLast = barrier.isFinal
    }

    /// Adds the changes of a table.
    @inlinable
    mutating func add<Key, Value>(_ table: KeyedTable<Key, Value>) {
        guard let store = table.store else { return }
        var delta = makeBuilder(store)
        table.encodeChanges(into: &delta, slice: store.slice, checkpoint: checkpoint.value)
        add(&delta, store, entries: table.live)
    }

    @usableFromInline
    func makeBuilder(_ store: SliceStore) -> DeltaBuilder { DeltaBuilder(checkpoint, store.state, task: task.number) }

    @usableFromInline
    func makeBuilder(_ stored: StoredState) -> DeltaBuilder {
        DeltaBuilder(checkpoint, stored.state, task: task.number)
    }

    @usableFromInline
    mutating func add(_ delta: inout DeltaBuilder, _ stored: StoredState, entries: Int) {
        if let delta = delta.finish() { deltas.append(delta) }
        entryCounts[stored.state, default: 0] += entries
    }

    @usableFromInline
    mutating func add(_ delta: inout DeltaBuilder, _ store: SliceStore, entries: Int) {
        if let delta = delta.finish() { deltas.append(delta) }
        entryCounts[store.state, default: 0] += entries
    }
}

/// The state of a source task at a barrier.
struct SourceSnapshot: Sendable {
    var partition: PartitionID
    var position: [UInt8]
    var positionText: String
    var watermark: Timestamp
    var isEnded: Bool
    var records: UInt64
}

/// Output prepared by a sink's writer, with the functions that publish it.
struct PreparedOutput: Sendable {
    let operatorID: String
    let output: PendingOutput
    let makeDurable: @Sendable () throws -> Void
    let publish: @Sendable () throws -> Void
}

/// The place in the source that a record came from.
@usableFromInline
struct RecordOrigin: Sendable, Hashable {
    @usableFromInline var partition: String
    @usableFromInline var position: String

    @usableFromInline
    init(partition: String, position: String) {
        self.partition = partition
        self.position = position
    }
}
