import Synchronization

/// The context of the operators in one task: the task's identity, the state to restore, and the registration for
/// watermarks and checkpoints.
///
/// Created in the task and used only there, by one operator at a time. Properties that are accessed for every record
/// therefore skip the runtime's exclusivity check.
@usableFromInline
final class TaskContext {
    @usableFromInline let run: RunContext
    /// Unique in the run.
    @usableFromInline let task: TaskID
    /// The key hashes that belong to this task; all of them in a source task.
    @usableFromInline let hashes: ClosedRange<UInt64>
    @usableFromInline let budget: MemoryBudget
    let stateReader: StateReader?
    let signal: TaskSignal
    /// Pushes made so far, so that streams that join again share the operators downstream.
    @usableFromInline var builtPushes: [ObjectIdentifier: AnyObject] = [:]
    private(set) var instances: [RegisteredInstance] = []
    private var instanceOrder: [Int] = []
    /// Whether an operator may have to wait for an external call.
    private(set) var mayWait = false
    /// Operators that keep records, in the order of the graph.
    private(set) var holders: [RecordHolder] = []
    /// The external calls of the task's operators.
    let calls = CallQueue()
    /// Whether records are read one by one, each with its position, because an operator may have to return to one.
    var notesPositions = false
    /// The position of the current record, if `notesPositions`.
    var recordPosition: [UInt8] = []
    private(set) var outputs: [any ExchangeSender] = []
    /// The event time of this task's stage.
    @usableFromInline var watermark: Watermark
    /// The source of the current batch or records, for error messages.
    @usableFromInline var origin = RecordOrigin(partition: "", position: "")
    @exclusivity(unchecked) @usableFromInline var counters = TaskCounters()
    private let skippedBySinks = SkipCount()

    /// The counters, including the records that sinks have dropped.
    var allCounters: TaskCounters {
        var all = counters
        all.skipped += skippedBySinks.value
        return all
    }
    /// The checkpoint that ends the current epoch.
    var epoch: CheckpointNumber
    /// The greatest event time assigned by an operator downstream of the source, in milliseconds since 1970.
    @exclusivity(unchecked) @usableFromInline var assignedTime = Int64.min
    /// Processing time as of the current batch.
    @exclusivity(unchecked) @usableFromInline var processingTime = Timestamp.distantPast

    init(
        run: RunContext, task: TaskID, hashes: ClosedRange<UInt64>, watermark: Watermark, budget: MemoryBudget,
        signal: TaskSignal
    ) throws {
        self.run = run
        self.task = task
        self.hashes = hashes
        self.watermark = watermark
        self.budget = budget
        self.signal = signal
        epoch = run.lastCheckpoint.next
        stateReader = try run.store.map { try StateReader(store: $0, horizon: run.horizon) }
    }

    /// Registers an operator that is notified of watermarks, time and checkpoints.
    @inlinable
    func register(_ instance: some OperatorInstance, of node: OperatorNode) {
        register(RegisteredInstance(instance), of: node)
    }

    @usableFromInline
    func register(_ instance: RegisteredInstance, of node: OperatorNode) {
        // Operators are built from the end of the graph to its beginning, and notified in the opposite order.
        let order = run.graph.order[node.index]
        let place = instanceOrder.firstIndex { $0 > order } ?? instanceOrder.count
        instanceOrder.insert(order, at: place)
        instances.insert(instance, at: place)
        if instance.drain != nil { mayWait = true }
        holders = instances.compactMap(\.holder)
    }

    /// Registers an exchange that this task sends to.
    @usableFromInline
    func register(_ output: any ExchangeSender) { outputs.append(output) }

    /// Releases all operators, which form reference cycles with this context. Called when the task has ended.
    func dismantle() {
        for instance in instances { instance.close() }
        builtPushes.removeAll()
        instances.removeAll()
        holders.removeAll()
        outputs.removeAll()
    }

    /// Makes the table of a piece of state, restored from the checkpoint if there is one.
    @usableFromInline
    func makeTable<Key: StreamKey, Value: StateValue>(
        _ node: OperatorNode, _ name: String, slice: Slice = .whole, isStored: Bool? = nil, key: Key.Type,
        value: Value.Type
    ) -> KeyedTable<Key, Value> {
        let stored = storedState(node, name)
        let isStored = isStored ?? stored?.restored ?? false
        return KeyedTable(
            hashes: hashes,
            store: stored.map {
                SliceStore(reader: $0.reader, state: $0.state, slice: slice)
            },
            storedEntries: isStored ? stored?.entriesPerSlice(run.graph.tasks(of: task)) : nil, budget: budget)
    }

    /// Returns the stored side of a state; `nil` if the run has no store.
    @usableFromInline
    func storedState(_ node: OperatorNode, _ name: String) -> StoredState? {
        guard let stateReader, let entry = run.catalogue[node.id, name] else { return nil }
        return StoredState(
            reader: stateReader, state: entry.id, entries: entry.entries, restored: run.restored != nil)
    }

    /// Whether an output's channel holds more than its limit, or a sink has too much in flight.
    @usableFromInline
    var isCongested: Bool {
        outputs.contains { $0.isCongested } || instances.contains { $0.isCongested?() ?? false }
    }

    /// Returns the context of a sink's writer in this task.
    @usableFromInline
    func sinkContext(of node: OperatorNode) -> SinkContext {
        let (signal, run) = (signal, run)
        return SinkContext(
            task: task.number, epoch: epoch, run: run.sinkRun.of(node.id), clock: run.options.clock,
            wake: { signal.wake() },
            requestCheckpoint: { run.requestCheckpoint() },
            countSkipped: { [skippedBySinks] in skippedBySinks.add() })
    }
}

/// Counts records that sinks have dropped, from any thread.
private final class SkipCount: Sendable {
    private let count = Atomic<UInt64>(0)

    func add() { count.add(1, ordering: .relaxed) }
    var value: UInt64 { count.load(ordering: .relaxed) }
}

/// The identity of a task in a run.
@usableFromInline
struct TaskID: Hashable, Sendable, Comparable {
    /// The index of the stage, in plan order.
    let stage: Int
    /// The index within the stage.
    @usableFromInline let index: Int
    /// The number among all tasks of the run.
    @usableFromInline let number: Int

    @usableFromInline
    static func < (left: TaskID, right: TaskID) -> Bool { left.number < right.number }
}

/// The stored side of a piece of state, as seen by one task.
@usableFromInline
final class StoredState {
    let reader: StateReader
    let state: StateID
    let entries: Int
    let restored: Bool

    init(reader: StateReader, state: StateID, entries: Int, restored: Bool) {
        self.reader = reader
        self.state = state
        self.entries = entries
        self.restored = restored
    }

    /// The approximate number of entries of one task in a slice.
    func entriesPerSlice(_ tasks: Int) -> Int { max(entries / max(tasks, 1), 1) }

    /// The slices in the state folder at the start of the run.
    @usableFromInline
    func storedSlices() throws -> [Slice] { restored ? try reader.slices(state) : [] }
}
