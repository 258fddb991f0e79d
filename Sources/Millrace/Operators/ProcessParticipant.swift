/// A process function in one task.
@usableFromInline
final class ProcessParticipant<Key: StreamKey, Record: Sendable, Output: Sendable>: StageParticipant {
    @usableFromInline let function: ProcessFunction<Key, Record, Output>
    @usableFromInline let states: ProcessStates<Key>
    @usableFromInline let timers: TimerStore<Key>
    @usableFromInline let scope: ProcessContext<Key, Output>
    @usableFromInline let node: OperatorNode

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
        while let due = try timers.takeEvent(upTo: watermark.time) {
            try fire(due, .event(due.time))
            if scope.context.isCongested { return false }
        }
        for sweep in states.eventSweeps { try sweep() }
        guard watermark.isEnd else { return true }
        // Input is over: what waits for the clock would wait for nothing.
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
        scope.current.set(due.key.frozenHash, due.key, due.time)
        scope.storedTime = due.time
        do { try function.onTimer(timer, scope) } catch let error as DownstreamFailure {
            throw error.cause
        } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        // A task that is never at rest lets go of what is over here.
        for sweep in states.clockSweeps { try sweep() }
        for encode in states.snapshots { encode(&snapshot) }
        timers.prepare(&snapshot)
    }
}
