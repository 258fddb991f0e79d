import Synchronization

/// One task as its operators see it while they are built and run: who they are, what they are restored from, and where
/// they register to be told of watermarks and checkpoints.
///
/// Made in the task and used only there, by one operator at a time: what is touched for every record is spared the
/// runtime's check for overlapping access.
@usableFromInline
final class TaskContext {
    @usableFromInline let run: RunContext
    /// Unique in the run.
    @usableFromInline let task: TaskID
    /// The hashes whose keys belong to this task; all of them in a source task.
    @usableFromInline let hashes: ClosedRange<UInt64>
    @usableFromInline let budget: MemoryBudget
    let stateReader: StateReader?
    let signal: TaskSignal
    /// Pushes made so far, so that streams that meet again share what follows.
    @usableFromInline var builtPushes: [ObjectIdentifier: AnyObject] = [:]
    private(set) var instances: [RegisteredInstance] = []
    private var instanceOrder: [Int] = []
    /// Some operator may have to wait for something outside.
    private(set) var mayWait = false
    /// Operators that keep records, in the order of the graph.
    private(set) var holders: [RecordHolder] = []
    /// Calls to the outside that operators make.
    let calls = CallQueue()
    /// Records are to be read one by one, each with its position, because an operator may have to go back to one.
    var notesPositions = false
    /// The position of the record in hand, if `notesPositions`.
    var recordPosition: [UInt8] = []
    private(set) var outputs: [any ExchangeSender] = []
    /// Event time of this task's stage.
    @usableFromInline var watermark: Watermark
    /// Where the batch or records in hand came from, for messages.
    @usableFromInline var origin = RecordOrigin(partition: "", position: "")
    @exclusivity(unchecked) @usableFromInline var counters = TaskCounters()
    private let skippedBySinks = SkipCount()

    /// The counters, with what sinks have left out.
    var allCounters: TaskCounters {
        var all = counters
        all.skipped += skippedBySinks.value
        return all
    }
    /// The checkpoint that ends the epoch in hand.
    var epoch: CheckpointNumber
    /// The greatest event time that an operator behind the source has assigned, in milliseconds.
    @exclusivity(unchecked) @usableFromInline var assignedTime = Int64.min
    /// Processing time as of the batch in hand.
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

    /// Registers something that has to be told of watermarks, time and checkpoints.
    @inlinable
    func register(_ instance: some OperatorInstance, of node: OperatorNode) {
        register(RegisteredInstance(instance), of: node)
    }

    @usableFromInline
    func register(_ instance: RegisteredInstance, of node: OperatorNode) {
        // Operators are built from the end of the graph to its beginning; they are told in the opposite order.
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

    /// Lets go of all operators, which hold this context as it holds them. The task is over.
    func dismantle() {
        for instance in instances { instance.close() }
        builtPushes.removeAll()
        instances.removeAll()
        holders.removeAll()
        outputs.removeAll()
    }

    /// Makes the table of a piece of state, restored as far as there is anything to restore.
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

    /// The stored side of a state; `nil` if the run has no store.
    @usableFromInline
    func storedState(_ node: OperatorNode, _ name: String) -> StoredState? {
        guard let stateReader, let entry = run.catalogue[node.id, name] else { return nil }
        return StoredState(
            reader: stateReader, state: entry.id, entries: entry.entries, restored: run.restored != nil)
    }

    /// Any of the outputs holds more than its channel should, or a sink has more under way than it should.
    @usableFromInline
    var isCongested: Bool {
        outputs.contains { $0.isCongested } || instances.contains { $0.isCongested?() ?? false }
    }

    /// What a sink's writer in this task is told.
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

/// Records that sinks have left out; they count from wherever they notice.
private final class SkipCount: Sendable {
    private let count = Atomic<UInt64>(0)

    func add() { count.add(1, ordering: .relaxed) }
    var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A task of a run.
@usableFromInline
struct TaskID: Hashable, Sendable, Comparable {
    /// The stage, in plan order.
    let stage: Int
    /// Within its stage.
    @usableFromInline let index: Int
    /// Among all tasks of the run.
    @usableFromInline let number: Int

    @usableFromInline
    static func < (left: TaskID, right: TaskID) -> Bool { left.number < right.number }
}

/// The stored side of a piece of state, as one task sees it.
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

    /// Entries that one task may expect in a slice, roughly.
    func entriesPerSlice(_ tasks: Int) -> Int { max(entries / max(tasks, 1), 1) }

    /// The slices that the folder held at start.
    @usableFromInline
    func storedSlices() throws -> [Slice] { restored ? try reader.slices(state) : [] }
}
