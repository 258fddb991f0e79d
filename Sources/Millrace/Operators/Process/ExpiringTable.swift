/// Keyed state with a time to live, in one task.
@usableFromInline
final class ExpiringTable<Key: StreamKey, Value: StateValue> {
    @usableFromInline let table: KeyedTable<Key, Expiring<Value>>
    @usableFromInline let timeToLive: TimeToLive
    @usableFromInline let context: TaskContext
    /// The hash at which the next sweep continues, and the time of the last sweep in milliseconds.
    @usableFromInline var nextHash: UInt64
    @usableFromInline var lastSweep: Int64?

    @inlinable
    init(_ table: KeyedTable<Key, Expiring<Value>>, _ timeToLive: TimeToLive, _ context: TaskContext) {
        self.table = table
        self.timeToLive = timeToLive
        self.context = context
        nextHash = table.low
    }

    /// Returns the time that counts for the current record or timer: its own, or the clock's. It is the record's own
    /// time and not the watermark, so that results do not depend on the progress of the watermark.
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
        // Left for the sweep to remove: a late record with an earlier time may still use it.
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
        // A late record does not shorten the life of the value.
        let end = end(from: now)
        let known = slot.pointee.value.expires
        slot.pointee.value.expires = known == .max || known <= now ? end : max(known, end)
        try body(&slot.pointee.value.value)
    }

    @inlinable
    func remove(_ current: CurrentKey<Key>) throws { try table.remove(current.hash, current.get()) }

    /// Removes expired entries from a part of the keys. The part is proportional to the time since the last sweep, so
    /// that all keys are visited in half a time to live.
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
