/// A buffer for an operator's results, which is filled while the operator processes its input and passed on as a whole.
///
/// Belongs to one operator in one task. The graph has no cycles, so no result is added while the buffer is passed on.
@usableFromInline
final class PushBuffer<Record> {
    @exclusivity(unchecked) @usableFromInline var records: UnsafeMutablePointer<Record>
    @exclusivity(unchecked) @usableFromInline var times: UnsafeMutablePointer<Timestamp>
    @exclusivity(unchecked) @usableFromInline var capacity: Int
    @exclusivity(unchecked) @usableFromInline var count = 0
    @usableFromInline let next: Push<Record>

    /// The number of results that are passed on together where the input has no end of its own.
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

    /// Adds a result. There has to be room.
    @inlinable
    @inline(__always)
    func append(_ record: Record, _ time: Timestamp) {
        (records + count).initialize(to: record)
        times[count] = time
        count &+= 1
    }

    /// Adds a result if `keep` is true. There has to be room. Branch-free where possible: the outcome of a filter is
    /// hard to predict, and a misprediction costs more than a copy.
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

    /// Passes all results on.
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
