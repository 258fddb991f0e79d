/// The settings of `batches` and `forEachAsync` beside size, time and concurrency.
///
/// ```swift
/// orders.batches(
///     of: 100, options: .init(acknowledgement: .perRecord, retry: .init(attempts: 3), timeout: .seconds(30))) { ... }
/// ```
public struct BatchOptions<Record: Sendable>: Sendable {
    /// The greatest size of a batch in bytes, as `sizeOf` counts them; a batch of one record may be larger. Default: `nil`,
    /// no limit.
    public var bytes: Int?
    /// Returns the size of a record in bytes, for the limit `bytes`. Default: `nil`, which is what a `SizedRecord` says of
    /// itself, and otherwise the size of the type, which leaves out what the record refers to.
    public var sizeOf: (@Sendable (Record) -> Int)?
    /// Which records of a batch are retried when some of them fail. Default: `.allOrNothing`; `forEachAsync` always uses
    /// `.perRecord`.
    public var acknowledgement: Acknowledgement
    /// How often failed records are retried in place, and after which pauses. Default: ten attempts within about half a
    /// minute.
    public var retry: RetryPolicy
    /// The retry topic to which records go that still fail then; it is read by the same pipeline. Default: `nil`, none.
    public var retryTopic: RetryRoute<Record>?
    /// Records with the same value are never in two batches in flight at the same time, which keeps their order. Set by
    /// `ordered(by:)`. Default: `nil`, no order; on a keyed stream the key.
    public var orderedBy: (@Sendable (Record) -> UInt64)?
    /// How long the handler may take for a batch. Default: `nil`, no limit.
    ///
    /// A handler that takes longer is cancelled, and its batch has failed. A handler that does not end when it is cancelled
    /// keeps its place among the `concurrency` batches until it does, and its result is ignored. With more than one place
    /// the batch is retried beside it; when the handlers of all places have gone on for the same time again, the operator
    /// fails.
    public var timeout: Duration?
    /// The rate limit in records a second, over all tasks of this process. Default: `nil`, no limit.
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

    /// Keeps the order of records with the same `key`.
    ///
    /// ```swift
    /// payments.batches(of: 50, concurrency: 4, options: .init().ordered { $0.account }) { ... }
    /// ```
    public func ordered<Key: StreamKey>(by key: @escaping @Sendable (Record) -> Key) -> BatchOptions {
        var options = self
        options.orderedBy = { key($0).frozenHash }
        return options
    }

    /// What counts a record's bytes.
    var measure: @Sendable (Record) -> Int {
        if let sizeOf { return sizeOf }
        if Record.self is any SizedRecord.Type {
            return { ($0 as? any SizedRecord)?.sizeInBytes ?? MemoryLayout<Record>.stride }
        }
        return { _ in MemoryLayout<Record>.stride }
    }
}

/// A record that knows how many bytes it takes.
public protocol SizedRecord {
    /// Bytes, roughly as many as it takes on the wire.
    var sizeInBytes: Int { get }
}

extension String: SizedRecord {
    public var sizeInBytes: Int { utf8.count }
}

extension Array: SizedRecord where Element == UInt8 {
    public var sizeInBytes: Int { count }
}
