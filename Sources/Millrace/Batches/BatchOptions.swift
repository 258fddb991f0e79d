/// Settings of `batches` and `forEachAsync` other than size, time and concurrency.
///
/// ```swift
/// orders.batches(
///     of: 100, options: .init(acknowledgement: .perRecord, retry: .init(attempts: 3), timeout: .seconds(30))
/// ) { ... }
/// ```
public struct BatchOptions<Record: Sendable>: Sendable {
    /// The greatest size of a batch in bytes, as measured by `sizeOf`; a batch of one record may be larger. Default:
    /// `nil`, no limit.
    public var bytes: Int?
    /// Returns the size of a record in bytes, for the limit `bytes`. Default: `nil`, which uses `sizeInBytes` for a
    /// ``SizedRecord``, and otherwise the size of the type, without what the record refers to.
    public var sizeOf: (@Sendable (Record) -> Int)?
    /// Which records of a batch are retried when some of them fail. Default: `.allOrNothing`; `forEachAsync` always
    /// uses `.perRecord`.
    public var acknowledgement: Acknowledgement
    /// How often failed records are retried in place, and after which pauses. Default: ten attempts within about half a
    /// minute.
    public var retry: RetryPolicy
    /// The retry topic for records that have failed in all these attempts; it is read by the same pipeline. Default:
    /// `nil`, none.
    public var retryTopic: RetryRoute<Record>?
    /// Returns a hash for each record. Records with the same hash are never in two batches in flight at the same time,
    /// which keeps their order. Set by ``ordered(by:)``. Default: `nil`, no order; on a keyed stream the key.
    public var orderedBy: (@Sendable (Record) -> UInt64)?
    /// How long the handler may take for a batch. Default: `nil`, no limit.
    ///
    /// A handler that takes longer is cancelled, and its batch has failed. A handler that does not end when it is
    /// cancelled still counts towards `concurrency` until it does, and its result is ignored. With a greater
    /// concurrency its batch is retried meanwhile. If such handlers take up the whole concurrency for another
    /// `timeout`, the operator fails.
    public var timeout: Duration?
    /// The rate limit in records per second, over all tasks of this process. Default: `nil`, no limit.
    public var recordsPerSecond: Double?

    /// Creates options; each parameter is described at the property of its name.
    public init(
        bytes: Int? = nil, sizeOf: (@Sendable (Record) -> Int)? = nil, acknowledgement: Acknowledgement = .allOrNothing,
        retry: RetryPolicy = RetryPolicy(), retryTopic: RetryRoute<Record>? = nil, timeout: Duration? = nil,
        recordsPerSecond: Double? = nil
    ) {
        self.bytes = bytes
        self.sizeOf = sizeOf
        self.acknowledgement = acknowledgement
        self.retry = retry
        self.retryTopic = retryTopic
        self.timeout = timeout
        self.recordsPerSecond = recordsPerSecond
    }

    var problems: [GraphProblem] {
        GraphProblem.rate(recordsPerSecond)
            + GraphProblem.unmet(
                (bytes.map { $0 >= 1 } ?? true, "batches of \(bytes ?? 0) bytes", "Give bytes: one at least, or none"),
                (
                    retryTopic.map { !$0.delays.isEmpty } ?? true, "a retry route without delays",
                    "Give it one delay at least, for each time that a record is sent back"
                ),
                (
                    timeout.map { $0 > .zero } ?? true, "a handler may take \(timeout ?? .zero)",
                    "Give timeout a time above zero, or none"
                )) + retry.problems
    }

    /// Returns options that keep the order of records with the same key.
    ///
    /// ```swift
    /// payments.batches(of: 50, concurrency: 4, options: .init().ordered { $0.account }) { ... }
    /// ```
    ///
    /// - Parameter key: returns the key of a record.
    public func ordered<Key: StreamKey>(by key: @escaping @Sendable (Record) -> Key) -> BatchOptions {
        var options = self
        options.orderedBy = { key($0).frozenHash }
        return options
    }

    /// Returns the size of a record in bytes.
    var measure: @Sendable (Record) -> Int {
        if let sizeOf { return sizeOf }
        if Record.self is any SizedRecord.Type {
            return { ($0 as? any SizedRecord)?.sizeInBytes ?? MemoryLayout<Record>.stride }
        }
        return { _ in MemoryLayout<Record>.stride }
    }
}

/// A record that knows its size in bytes.
///
/// ```swift
/// struct Document: SizedRecord, Sendable {
///     var name: String, body: [UInt8]
///     var sizeInBytes: Int { name.sizeInBytes + body.sizeInBytes }
/// }
/// let documents: Stream<Document> = ...
/// documents.batches(of: 1000, options: .init(bytes: 1 << 20)) { ... }         // up to 1 MiB each
/// ```
public protocol SizedRecord {
    /// The approximate size of the record in serialized form, in bytes.
    var sizeInBytes: Int { get }
}

extension String: SizedRecord {
    /// The length of the string in UTF-8, in bytes.
    public var sizeInBytes: Int { utf8.count }
}

extension Array: SizedRecord where Element == UInt8 {
    /// The number of bytes.
    public var sizeInBytes: Int { count }
}
