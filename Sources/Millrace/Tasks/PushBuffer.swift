/// An operator's results on their way to the next: filled while it goes over its input, handed over as one.
///
/// Belongs to one operator in one task. The graph has no cycles, so nothing comes back to it while it hands over.
@usableFromInline
final class PushBuffer<Record> {
    @exclusivity(unchecked) @usableFromInline var records: UnsafeMutablePointer<Record>
    @exclusivity(unchecked) @usableFromInline var times: UnsafeMutablePointer<Timestamp>
    @exclusivity(unchecked) @usableFromInline var capacity: Int
    @exclusivity(unchecked) @usableFromInline var count = 0
    @usableFromInline let next: Push<Record>

    /// Results that are handed over at once where the input has no end of its own.
    @inlinable static var chunk: Int { 256 }

    @inlinable
    init(_ next: Push<Record>) {
        self.next = next
        capacity = 1
        records = .allocate(capacity: 1)
        times = .allocate(capacity: 1)
    }

    deinit {
        records.deinitialize(count: count)
        records.deallocate()
        times.deallocate()
    }

    /// Makes room for `more` results.
    @inlinable
    @inline(__always)
    func reserve(_ more: Int) {
        if count &+ more > capacity { grow(more) }
    }

    @inlinable
    @inline(never)
    func grow(_ more: Int) {
        let newCapacity = max(count + more, capacity * 2)
        let newRecords = UnsafeMutablePointer<Record>.allocate(capacity: newCapacity)
        newRecords.moveInitialize(from: records, count: count)
        let newTimes = UnsafeMutablePointer<Timestamp>.allocate(capacity: newCapacity)
        newTimes.moveInitialize(from: times, count: count)
        records.deallocate()
        times.deallocate()
        (records, times, capacity) = (newRecords, newTimes, newCapacity)
    }

    /// Adds a result; there has to be room.
    @inlinable
    @inline(__always)
    func append(_ record: Record, _ time: Timestamp) {
        (records + count).initialize(to: record)
        times[count] = time
        count &+= 1
    }

    /// Adds a result or not; there has to be room. Without a branch where that is possible: whether a record is kept
    /// cannot be foreseen, and a wrong guess costs more than a copy.
    @inlinable
    @inline(__always)
    func append(_ record: Record, _ time: Timestamp, if keep: Bool) {
        if _isPOD(Record.self) {
            (records + count).initialize(to: record)
            times[count] = time
            count &+= keep ? 1 : 0
        } else if keep {
            append(record, time)
        }
    }

    /// Hands everything over.
    @inlinable
    @inline(__always)
    func flush() throws {
        let filled = count
        guard filled > 0 else { return }
        defer {
            records.deinitialize(count: filled)
            count = 0
        }
        try next.call(records, times, filled)
    }
}
