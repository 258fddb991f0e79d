/// Records that are worked on together.
public struct Batch<Record: Sendable>: RandomAccessCollection, Sendable {
    /// The records, in the order in which they came.
    public let records: [Record]
    /// Their times, in the same order.
    public let times: [Timestamp]
    /// How often these records have been handed over, this time included: 1 for the first.
    public let attempt: Int
    /// Why the batch was closed.
    public let cause: Cause

    /// Why a batch was closed.
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        /// It had as many records as were asked for.
        case size
        /// It had as many bytes as were asked for.
        case bytes
        /// Its first record had waited for as long as it may.
        case time
        /// Another record of a key that it has, where later records of a key may have to be parked.
        case key
        /// A checkpoint.
        case checkpoint
        /// The end of input.
        case end
    }

    /// For tests of handlers.
    public init(_ records: [Record], times: [Timestamp]? = nil, attempt: Int = 1, cause: Cause = .size) {
        self.records = records
        self.times = times ?? Array(repeating: .distantPast, count: records.count)
        self.attempt = attempt
        self.cause = cause
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { records.count }
    public subscript(position: Int) -> Record { records[position] }
}
