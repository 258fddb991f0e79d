/// Keyed state with a time to live, in one task.
@usableFromInline
final class ExpiringTable<Key: StreamKey, Value: StateValue> {
    @usableFromInline let table: KeyedTable<Key, Expiring<Value>>
    @usableFromInline let timeToLive: TimeToLive
    @usableFromInline let context: TaskContext
    /// Where the walk through all keys goes on, and how far it has to be at which time.
    @usableFromInline var nextHash: UInt64
    @usableFromInline var lastSweep: Int64?

    @inlinable
    init(_ table: KeyedTable<Key, Expiring<Value>>, _ timeToLive: TimeToLive, _ context: TaskContext) {
        self.table = table
        self.timeToLive = timeToLive
        self.context = context
        nextHash = table.low
    }

    /// The time that counts for the record or timer in hand: its own, or the clock's. (By a record's own time, and not the
    /// watermark, so that the result does not depend on how far that has come.)
    @inlinable
    func now(_ current: CurrentKey<Key>) -> Int64 {
        timeToLive.kind == .event ? current.time : context.processingTime.milliseconds
    }

    @inlinable
    func end(from now: Int64) -> Int64 {
        let (end, overflow) = now.addingReportingOverflow(timeToLive.milliseconds)
        return overflow ? .max : end
    }

    @inlinable
    func get(_ current: CurrentKey<Key>) throws -> Value? {
        guard let slot = try table.find(current.hash, current.get()) else { return nil }
        let now = now(current)
        // Left for the walk to remove: an earlier record that comes later may still find it.
        guard slot.pointee.value.expires > now else { return nil }
        if timeToLive.refresh == .onReadAndWrite {
            table.touchChanged(slot - table.slots)
            slot.pointee.value.expires = max(slot.pointee.value.expires, end(from: now))
        }
        return slot.pointee.value.value
    }

    @inlinable
    func update(_ current: CurrentKey<Key>, _ initial: () -> Value, _ body: (inout Value) throws -> Void) throws {
        let now = now(current)
        let slot = try table.update(current.hash, current.get()) { Expiring(expires: .max, value: initial()) }
        if slot.pointee.value.expires <= now { slot.pointee.value.value = initial() }
        // A record that comes late does not shorten what others have made longer.
        let end = end(from: now)
        let known = slot.pointee.value.expires
        slot.pointee.value.expires = known == .max || known <= now ? end : max(known, end)
        try body(&slot.pointee.value.value)
    }

    @inlinable
    func remove(_ current: CurrentKey<Key>) throws { try table.remove(current.hash, current.get()) }

    /// Goes through a part of all keys, as much as the time that has passed asks for, and removes what is over. The whole
    /// way takes half a time to live.
    @inlinable
    func sweep() throws {
        let now =
            timeToLive.kind == .event ? context.watermark.time.milliseconds : context.processingTime.milliseconds
        guard now > .min, now < .max else { return }
        guard let last = lastSweep else { return lastSweep = now }
        let period = max(timeToLive.milliseconds / 2, 1)
        let passed = min(now &- last, period)
        guard passed > 0, passed >= min(period / 64, 1000) else { return }
        lastSweep = now
        let span = table.high &- table.low
        let share =
            span == .max && passed == period
            ? UInt64.max : (span / UInt64(period)).multipliedReportingOverflow(by: UInt64(passed)).partialValue &+ 1
        let (sum, overflow) = nextHash.addingReportingOverflow(share)
        let end = overflow || sum >= table.high || passed == period ? table.high : sum
        let begin = passed == period ? table.low : nextHash
        let reached = try table.removeAll(from: begin, through: end) { $0.pointee.value.expires <= now }
        nextHash = reached == table.high ? table.low : reached &+ 1
    }
}
