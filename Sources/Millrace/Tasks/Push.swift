/// What one operator calls to hand records to the next: some records and their times, by address.
///
/// Several at once, so that an operator is a loop and the call between two operators is shared by all records in hand.
/// By address, because a closure that takes a generic value is stored in its most general form and called through a
/// thunk; one that takes addresses is not. The receiver may read the records until it returns.
@frozen
@usableFromInline
struct Push<Record> {
    @usableFromInline
    let call: (_ records: UnsafePointer<Record>, _ times: UnsafePointer<Timestamp>, _ count: Int) throws -> Void

    @inlinable
    init(_ call: @escaping (UnsafePointer<Record>, UnsafePointer<Timestamp>, Int) throws -> Void) {
        self.call = call
    }

    /// Hands over one record.
    @inlinable
    @inline(__always)
    func callAsFunction(_ record: Record, _ time: Timestamp) throws {
        try withUnsafePointer(to: record) { record in
            try withUnsafePointer(to: time) { try call(record, $0, 1) }
        }
    }
}

@usableFromInline
final class PushBox<Record> {
    @usableFromInline let push: Push<Record>

    @inlinable
    init(_ push: Push<Record>) { self.push = push }
}
