/// The function with which an operator passes records and their times to the next, by address.
///
/// Several records at once, so that an operator is a loop, and the cost of the call is shared by them. By address,
/// because a closure that takes a generic value is stored in its most general form and called through a thunk, and one
/// that takes addresses is not. The receiver may read the records until it returns.
@frozen
@usableFromInline
struct Push<Record> {
    @usableFromInline
    let call: (_ records: UnsafePointer<Record>, _ times: UnsafePointer<Timestamp>, _ count: Int) throws -> Void

    @inlinable
    init(_ call: @escaping (UnsafePointer<Record>, UnsafePointer<Timestamp>, Int) throws -> Void) {
        self.call = call
    }

    /// Passes on one record.
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
