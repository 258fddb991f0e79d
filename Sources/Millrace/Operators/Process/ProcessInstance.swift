/// A process function in one task.
@usableFromInline
final class ProcessInstance<Key: StreamKey, Record: Sendable, Output: Sendable>: OperatorInstance {
    @usableFromInline let function: ProcessFunction<Key, Record, Output>
    @usableFromInline let states: ProcessStates<Key>
    @usableFromInline let timers: TimerStore<Key>
    @usableFromInline let scope: ProcessContext<Key, Output>
    @usableFromInline let node: OperatorNode
    @usableFromInline var fired = 0
    /// The timer that fired last, and how many timers of its key fired in succession without an advance of time.
    @usableFromInline var lastFired: (hash: UInt64, time: Int64) = (0, .min)
    @usableFromInline var row = 0

    @usableFromInline static var longestRow: Int { 100_000 }

    @inlinable
    init(
        _ function: ProcessFunction<Key, Record, Output>, _ states: ProcessStates<Key>, _ timers: TimerStore<Key>,
        _ scope: ProcessContext<Key, Output>, node: OperatorNode
    ) {
        self.function = function
        self.states = states
        self.timers = timers
        self.scope = scope
        self.node = node
    }

    @inlinable
    func advance(to watermark: Watermark) throws -> Bool {
        if watermark.isEnd { timers.isEnding = true }
        while let due = try timers.takeEvent(upTo: watermark.time) {
            try fire(due, .event(due.time))
            if scope.context.isCongested { return false }
        }
        for sweep in states.eventSweeps { try sweep() }
        guard watermark.isEnd else { return true }
        // The input has ended, so timers that wait for the clock fire now.
        while let due = try timers.takeProcessing(upTo: .distantFuture) {
            try fire(due, .processing(due.time))
            if scope.context.isCongested { return false }
        }
        return true
    }

    @inlinable
    func advance(processingTime time: Timestamp) throws -> Timestamp? {
        while let due = try timers.takeProcessing(upTo: time) { try fire(due, .processing(due.time)) }
        let next = try timers.nextProcessing()
        if states.clockSweeps.isEmpty { return next }
        for sweep in states.clockSweeps { try sweep() }
        let nextSweep = time.advanced(by: .seconds(1))
        return min(next ?? nextSweep, nextSweep)
    }

    @inlinable
    func fire(_ due: TimerStore<Key>.Due, _ timer: Timer) throws {
        try checkRow(due.key.frozenHash, due.time.milliseconds)
        scope.current.set(due.key.frozenHash, due.key, due.time)
        scope.storedTime = due.time
        do { try function.onTimer(timer, scope) } catch let error as DownstreamFailure {
            throw error.cause
        } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
    }

    /// Checks whether the run was aborted, as many timers may fire when time advances far, and whether the timers of a
    /// key set each other indefinitely, at the same or an earlier time.
    @usableFromInline
    func checkRow(_ hash: UInt64, _ time: Int64) throws {
        fired &+= 1
        if fired & 1023 == 0 { try scope.context.run.checkNotAborted() }
        row = hash == lastFired.hash && time <= lastFired.time ? row + 1 : 0
        lastFired = (hash, time)
        guard row > Self.longestRow else { return }
        throw OperatorFailure(
            operatorID: node.id,
            cause: ConfigurationError(
                "onTimer has set a timer at or before the time of the one that it was called for, \(row) times in a row for one key: it would never end",
                advice: "Set the next timer later than context.time"))
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        // Also here, because a task that is never idle would not sweep otherwise.
        for sweep in states.clockSweeps { try sweep() }
        for encode in states.snapshots { encode(&snapshot) }
        timers.prepare(&snapshot)
    }
}
