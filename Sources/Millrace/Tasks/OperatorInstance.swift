/// Something in a task that has to be told of watermarks, processing time and checkpoints: a keyed operator, a sink.
///
/// Told in the order of the graph, so that what one emits reaches the next before that one is told.
@usableFromInline
protocol OperatorInstance: AnyObject {
    /// Event time has come to `watermark` (at its end: input is over, and everything fires). Returns false if it
    /// stopped because the task's outputs are congested; it is then called again.
    func advance(to watermark: Watermark) throws -> Bool

    /// Processing time has come to `time`. Returns when it wants to be told next, if at all.
    func advance(processingTime time: Timestamp) throws -> Timestamp?

    /// The epoch ends: emits what it holds back, then adds its changes to `snapshot`. No I/O.
    func prepare(_ snapshot: inout TaskSnapshot) throws

    /// Whether `isCongested` is ever true.
    static var mayCongest: Bool { get }

    /// Whether the task should wait before it goes on.
    var isCongested: Bool { get }

    /// Whether `drain` does anything.
    static var mayWait: Bool { get }

    /// Passes on what is ready of the records in hand; false if something is still to come, in which case the task's signal
    /// says when to ask again. Event time, barriers and the next records wait until it is true.
    func drain() throws -> Bool

    /// Whether it keeps records beyond the call that hands them over (batches). It is then told the time of day in source
    /// tasks too, holds back event time, and is asked to let go of what it has at the end of input.
    static var holdsRecords: Bool { get }

    /// The earliest record that it keeps: event time does not pass it. `nil` if there is none.
    var heldTime: Timestamp? { get }

    /// Passes on what it keeps, as far as it can; what is left is worked off by `drain`.
    func flush() throws

    /// No record follows: works off what it keeps; true when there is nothing left. Called until it is.
    func finish() throws -> Bool

    /// The source position to store instead of the one that has been read up to, because what lies between is not done.
    var unfinishedPosition: [UInt8]? { get }

    /// The task is over; open files may be closed.
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

/// A instance that keeps records, as closures.
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

/// A instance as closures. Called through the protocol, a generic instance would run unspecialised (encoding a
/// delta took 20 times as long); closures made where its type is known do not.
@usableFromInline
struct RegisteredInstance {
    @usableFromInline let advance: (Watermark) throws -> Bool
    @usableFromInline let advanceProcessingTime: (Timestamp) throws -> Timestamp?
    @usableFromInline let prepare: (inout TaskSnapshot) throws -> Void
    /// `nil` if it never is.
    @usableFromInline let isCongested: (() -> Bool)?
    /// `nil` if there is never anything to wait for.
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

/// What a task hands in at a barrier.
@usableFromInline
struct TaskSnapshot: Sendable {
    @usableFromInline let checkpoint: CheckpointNumber
    let task: TaskID
    /// Every source has ended, and this is the last checkpoint.
    @usableFromInline let isFinal: Bool
    /// The task ends with this checkpoint: it is final, or the run is to stop.
    @usableFromInline let isLast: Bool
    var deltas: [StateDelta] = []
    /// Live entries in memory by state, for sizing the next start.
    var entryCounts: [StateID: Int] = [:]
    var outputs: [PreparedOutput] = []
    var source: SourceSnapshot?
    var watermark: Timestamp = .distantPast
    /// How long the task stood still for this.
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

/// Where a source task was at a barrier.
struct SourceSnapshot: Sendable {
    var partition: PartitionID
    var position: [UInt8]
    var positionText: String
    var watermark: Timestamp
    var isEnded: Bool
    var records: UInt64
}

/// What a sink's writer prepared, with what is to be done about it.
struct PreparedOutput: Sendable {
    let operatorID: String
    let output: PendingOutput
    let makeDurable: @Sendable () throws -> Void
    let publish: @Sendable () throws -> Void
}

/// Where a record came from.
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
