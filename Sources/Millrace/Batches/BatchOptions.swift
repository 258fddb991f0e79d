/// What a batch operator can be told beside its sizes.
public struct BatchOptions<Record: Sendable>: Sendable {
    /// The bytes of a record, for the batch's bound in bytes. By default what a `SizedRecord` says of itself, and
    /// otherwise the size of its type, which leaves out what it refers to.
    public var sizeOf: (@Sendable (Record) -> Int)?
    /// Records of which no two with the same value may be in two batches under way at once: keeps their order. On a keyed
    /// stream its key, if this is not set.
    public var orderedBy: (@Sendable (Record) -> UInt64)?
    /// How long the handler may take for a batch; without limit by default. A handler that takes longer is cancelled, and
    /// its batch has failed.
    ///
    /// What a handler answers that goes on although it is cancelled is ignored, and until it ends it takes one of the places
    /// of `concurrency`. With more than one of them its batch is tried again beside it; when handlers have gone on for as long
    /// again in all of them, the operator fails.
    public var timeout: Duration?
    /// Records handed over in a second, in all tasks of this process together; without limit by default.
    public var recordsPerSecond: Double?

    /// The defaults.
    public init(
        sizeOf: (@Sendable (Record) -> Int)? = nil, timeout: Duration? = nil, recordsPerSecond: Double? = nil
    ) {
        self.sizeOf = sizeOf
        self.timeout = timeout
        self.recordsPerSecond = recordsPerSecond
    }

    var problems: [GraphProblem] {
        GraphProblem.rate(recordsPerSecond)
            + GraphProblem.unmet(
                (
                    timeout.map { $0 > .zero } ?? true, "a handler may take \(timeout ?? .zero)",
                    "Give timeout a time above zero, or none"
                ))
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
