/// Where records come from: a set of partitions, each an ordered sequence with positions that can be returned to.
///
/// The runtime opens one reader per partition, each in a task of its own. A checkpoint stores every reader's
/// `position`; a restart opens the readers there again, so a source has to give the same records again from a
/// position.
public protocol Source<Record>: Sendable {
    /// What the source gives.
    associatedtype Record: Sendable
    /// What reads one partition.
    associatedtype Reader: SourceReader where Reader.Record == Record

    /// A few words for the graph's printout: `CSV files in flights`.
    var summary: String { get }

    /// Whether other processes work on partitions of the same source (a consumer group). Its partitions may then come and
    /// go, there may be none, and positions are the group's, not the checkpoint's.
    var isShared: Bool { get }

    /// Whether the source remembers positions itself, so that a run without a state folder goes on where the last one
    /// stopped, and takes checkpoints for that alone.
    var keepsPositions: Bool { get }

    /// Whether partitions may come while it runs, so that the run does not end because there are none, or all have ended.
    var isOpenEnded: Bool { get }

    /// Called before each attempt at running the pipeline, before anything else is asked of the source.
    func connect(_ run: SourceRun) async throws

    /// The partitions there are, in a stable order. Throws `SourceError` if they cannot be told.
    func partitions() async throws -> [PartitionID]

    /// Called once an attempt, with all partitions that are about to be opened.
    func assign(_ starts: [PartitionStart<Reader.Position>]) async throws

    /// A checkpoint is complete, with these positions. Called on a thread that may wait.
    func committed(_ positions: [PartitionStart<Reader.Position>], isLast: Bool) throws

    /// The run is over, well or not.
    func disconnect()

    /// Partitions that have records behind these positions, at which an earlier run was complete.
    func unread(_ positions: [PartitionStart<Reader.Position>]) async throws -> [PartitionID]

    /// Called once an attempt that goes on from a checkpoint, before `assign`: the partitions that the checkpoint does not
    /// know, and all that it knows, also those that are gone. Throws `SourceError` if a new one is a known one under
    /// another name.
    func checkNew(_ new: [PartitionID], known: [PartitionStart<Reader.Position>]) async throws

    /// Opens `partition` at `position`, or at its beginning. Throws `SourceError` if the position is not there.
    func open(_ partition: PartitionID, at position: Reader.Position?, context: SourceContext) throws -> Reader
}

extension Source {
    /// Not shared.
    public var isShared: Bool { false }
    /// It does not.
    public var keepsPositions: Bool { false }
    /// A shared one is, others are not.
    public var isOpenEnded: Bool { isShared }
    /// Nothing to do.
    public func connect(_ run: SourceRun) async throws {}
    /// Nothing to do.
    public func assign(_ starts: [PartitionStart<Reader.Position>]) async throws {}
    /// Nothing to do.
    public func committed(_ positions: [PartitionStart<Reader.Position>], isLast: Bool) throws {}
    /// Nothing to do.
    public func disconnect() {}
    /// Nothing to object to.
    public func checkNew(_ new: [PartitionID], known: [PartitionStart<Reader.Position>]) async throws {}
    /// None.
    public func unread(_ positions: [PartitionStart<Reader.Position>]) async throws -> [PartitionID] { [] }
}

/// Reads one partition. Used by one task at a time.
public protocol SourceReader<Record> {
    /// What it reads.
    associatedtype Record: Sendable
    /// A place between two records.
    associatedtype Position: StateValue & CustomStringConvertible

    /// The place before the record being handed over (while `read` runs), or before the next one (after it).
    var position: Position { get }

    /// How far through the partition the reader is, if that can be told.
    var progress: SourceProgress? { get }

    /// Records that operators are given at once. More is faster where a record costs only some nanoseconds; an operator's
    /// error then names the position to within so many records.
    static var recordsPerPush: Int { get }

    /// Hands up to `limit` records to `collector`, without waiting for more than a disk read.
    ///
    /// Throws what the collector throws, at once and with `position` still before that record; throws `SourceError`
    /// if reading fails. Records that cannot be decoded go to `collector.malformed`.
    mutating func read(limit: ReadLimit, into collector: inout some RecordCollector<Record>) throws -> ReadOutcome
}

extension SourceReader {
    /// One: an operator's error names the very record's position.
    public static var recordsPerPush: Int { 1 }
    /// Unknown.
    public var progress: SourceProgress? { nil }
}

/// What a reader hands its records to.
public protocol RecordCollector<Record> {
    /// What is collected.
    associatedtype Record
    /// Takes a record that took up `bytes` of input.
    mutating func record(_ record: Record, bytes: Int) throws
    /// Takes a record that carries its time with it; the time counts where the pipeline names no other event time.
    mutating func record(_ record: Record, at time: Timestamp, bytes: Int) throws
    /// Takes `count` records of `bytes` each, which `make` writes to the place that it is given.
    mutating func gather(_ count: Int, bytes: Int, _ make: (UnsafeMutablePointer<Record>) -> Void) throws
    /// Takes an input that is not a record; throws if the policy is to fail.
    mutating func malformed(_ input: MalformedInput) throws
}

extension RecordCollector {
    /// Without its time.
    @inlinable
    public mutating func record(_ record: Record, at time: Timestamp, bytes: Int) throws {
        try self.record(record, bytes: bytes)
    }

    /// One by one.
    @inlinable
    public mutating func gather(
        _ count: Int, bytes: Int, _ make: (UnsafeMutablePointer<Record>) -> Void
    ) throws {
        let place = UnsafeMutablePointer<Record>.allocate(capacity: count)
        make(place)
        defer {
            place.deinitialize(count: count)
            place.deallocate()
        }
        for index in 0..<count { try record(place[index], bytes: bytes) }
    }
}

/// How much a reader may hand over in one go.
@frozen
public struct ReadLimit: Sendable {
    /// Records.
    public var records: Int
    /// Bytes of input; the record that goes beyond is still handed over.
    public var bytes: Int

    /// Both bounds.
    @inlinable
    public init(records: Int, bytes: Int) {
        self.records = records
        self.bytes = bytes
    }
}

/// What a reader found.
public enum ReadOutcome: Sendable, Equatable {
    /// There may be more at once.
    case more
    /// Nothing for now. The reader is asked again after `retryAfter`, or when its context's waker is called if that
    /// is sooner; `nil`: only the waker will tell.
    case idle(retryAfter: Duration?)
    /// The partition is over.
    case end
}

/// Progress through a partition, in units of the reader's choice (bytes for files).
public struct SourceProgress: Sendable, Hashable {
    /// Units read.
    public var done: Int64
    /// Units there are at present.
    public var total: Int64

    /// `done` of `total`.
    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// What a reader is given when it is opened.
public struct SourceContext: Sendable {
    /// Tells the task that there is something to read; may be called from anywhere, any number of times.
    public let wake: @Sendable () -> Void
    /// The run's clock.
    public let clock: any PipelineClock
    /// Whether the times that the reader gives records count; if not, the graph takes event time from elsewhere.
    public let usesRecordTimes: Bool

    /// A context with its own waker, for tests of readers.
    public init(
        clock: any PipelineClock = SystemClock(), usesRecordTimes: Bool = true,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.wake = wake
        self.clock = clock
        self.usesRecordTimes = usesRecordTimes
    }
}

/// Input that is not a record: what it was, where, and why not.
public struct MalformedInput: Sendable, Hashable {
    /// The input as it stood, or the beginning of it (`excerptLimit` bytes), invalid UTF-8 replaced, and U+0000, which
    /// databases do not take in texts, by U+2400.
    public var excerpt: String
    /// Where, for a reader of the message: `2013-01.csv, line 17 (byte 1,402)`.
    public var place: String
    /// Why it is not a record, with what was expected.
    public var reason: String

    /// Longest excerpt that a reader should keep, in bytes.
    public static let excerptLimit = 1024

    /// All three parts.
    public init(excerpt: String, place: String, reason: String) {
        self.excerpt = FailureReason.storable(excerpt)
        self.place = place
        self.reason = FailureReason.storable(reason)
    }
}
