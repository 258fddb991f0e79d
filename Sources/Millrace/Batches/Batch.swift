/// A collection of records that are processed together.
///
/// ```swift
/// orders.batches(of: 100, within: .seconds(5)) { batch in
///     if batch.attempt > 1 { print("\(batch.count) orders, attempt \(batch.attempt)") }
///     try await database.insert(batch.records)
///     return .succeeded
/// }
/// ```
public struct Batch<Record: Sendable>: RandomAccessCollection, Sendable {
    /// The records, in the order of the stream.
    public let records: [Record]
    /// The event times of the records, in the same order.
    public let times: [Timestamp]
    /// How often the first of these records has been passed to the handler, including this time: 1 in the first
    /// attempt.
    public let attempt: Int
    /// Why the batch was closed.
    public let cause: Cause

    /// The reason for which a batch was closed.
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        /// It reached the number of records in `of:`.
        case size
        /// It reached the size in ``BatchOptions/bytes``, or the next record would have exceeded it.
        case bytes
        /// The time in `within:` had passed since its first record.
        case time
        /// The next record had the key of a record in the batch. Only on a keyed stream with `parking:`.
        case key
        /// A checkpoint was taken.
        case checkpoint
        /// The input ended.
        case end
    }

    /// Creates a batch for tests of handlers.
    ///
    /// - Parameters:
    ///   - records: the records.
    ///   - times: their event times. Default: `nil`, which sets them all to `.distantPast`.
    ///   - attempt: how often the records have been passed to the handler. Default: 1.
    ///   - cause: why the batch was closed. Default: `.size`.
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
