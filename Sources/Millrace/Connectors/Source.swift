/// The origin of a stream's records: a set of partitions, each an ordered sequence of records with positions.
///
/// The runtime opens one reader per partition, each in a task of its own.
///
/// Restart: a checkpoint stores the `position` of every reader, and a restart opens the readers there again. The source
/// has to emit the same records again from a position.
///
/// A source with a partition for each terminal of an airport; its reader is that of ``SourceReader``:
///
/// ```swift
/// struct DepartureSource: Source {
///     let feed: DepartureFeed
///     var summary: String { "departures" }
///     var isOpenEnded: Bool { true }
///
///     func partitions() async throws -> [PartitionID] { try await feed.terminals().sorted().map { PartitionID($0) } }
///     func open(_ partition: PartitionID, at position: Int?, context: SourceContext) throws -> DepartureReader {
///         feed.onArrival(at: partition.name, context.wake)
///         return DepartureReader(feed: feed, terminal: partition.name, position: position ?? 0)
///     }
/// }
/// graph.source(DepartureSource(feed: feed), eventTime: \.time, watermarks: .boundedOutOfOrder(by: .minutes(5)))
/// ```
public protocol Source<Record>: Sendable {
    /// The type of the records.
    associatedtype Record: Sendable
    /// The type that reads one partition.
    associatedtype Reader: SourceReader where Reader.Record == Record

    /// A short description for the printed graph, such as `CSV files in flights`.
    var summary: String { get }

    /// Whether the source's partitions are shared with other processes, as in a consumer group. Partitions may then be
    /// added and removed during a run, there may be none, and positions are kept by the group instead of the
    /// checkpoint. Default: `false`.
    var isShared: Bool { get }

    /// Whether the source stores positions itself. A run without a state folder then resumes at the position of the
    /// last run, and takes checkpoints to store positions in the source. Default: `false`.
    var keepsPositions: Bool { get }

    /// Whether partitions may be added during a run, so that the run does not end when there are none or all have
    /// ended. Default: the value of `isShared`.
    var isOpenEnded: Bool { get }

    /// Connects to the system that the source reads from. Called at the start of each attempt, before the other
    /// methods. Default: does nothing.
    ///
    /// ```swift
    /// func connect(_ run: SourceRun) async throws { try await feed.connect(as: "\(run.pipeline)-\(run.operatorID)") }
    /// ```
    func connect(_ run: SourceRun) async throws

    /// Returns the partitions of the source, in a stable order.
    ///
    /// ```swift
    /// func partitions() async throws -> [PartitionID] { try await feed.terminals().sorted().map { PartitionID($0) } }
    /// ```
    ///
    /// - Throws: ``SourceError`` if they cannot be determined.
    func partitions() async throws -> [PartitionID]

    /// Notes all partitions that are about to be opened, and their positions. Called once per attempt. Default: does
    /// nothing.
    ///
    /// ```swift
    /// func assign(_ starts: [PartitionStart<Int>]) async throws {
    ///     try await feed.subscribe(to: starts.map(\.partition.name))
    /// }
    /// ```
    func assign(_ starts: [PartitionStart<Reader.Position>]) async throws

    /// Notes that a checkpoint is complete. Called on a thread that may block. Default: does nothing.
    ///
    /// ```swift
    /// func committed(_ positions: [PartitionStart<Int>], isLast: Bool) throws {
    ///     for start in positions { try feed.acknowledge(start.partition.name, before: start.position ?? 0) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - positions: the positions in the checkpoint.
    ///   - isLast: whether it is the last checkpoint of the attempt.
    func committed(_ positions: [PartitionStart<Reader.Position>], isLast: Bool) throws

    /// Closes the connection. Called when the run has ended, with or without an error. Default: does nothing.
    ///
    /// ```swift
    /// func disconnect() { feed.close() }
    /// ```
    func disconnect()

    /// Returns the partitions that have records after the positions at which an earlier run was complete. Called when
    /// such a run is started again. Default: none.
    ///
    /// ```swift
    /// func unread(_ positions: [PartitionStart<Int>]) async throws -> [PartitionID] {
    ///     positions.filter { feed.count(at: $0.partition.name) > $0.position ?? 0 }.map(\.partition)
    /// }
    /// ```
    ///
    /// - Parameter positions: the positions at which the partitions were complete.
    func unread(_ positions: [PartitionStart<Reader.Position>]) async throws -> [PartitionID]

    /// Checks partitions that the checkpoint does not have. Called at the start of an attempt that is restored from a
    /// checkpoint, before `assign`, if there are any. Default: accepts them.
    ///
    /// ```swift
    /// func checkNew(_ new: [PartitionID], known: [PartitionStart<Int>]) async throws {
    ///     let renamed = try await feed.renamed()     // new names by old ones
    ///     for old in known.map(\.partition) where renamed[old].map(new.contains) ?? false {
    ///         throw SourceError("Terminal \(old) has another name now", advice: "Start over with --fresh")
    ///     }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - new: the partitions that the checkpoint does not have.
    ///   - known: all partitions that the checkpoint has, including those that no longer exist.
    /// - Throws: ``SourceError`` if a new partition is a known one under another name.
    func checkNew(_ new: [PartitionID], known: [PartitionStart<Reader.Position>]) async throws

    /// Opens a reader.
    ///
    /// ```swift
    /// func open(_ partition: PartitionID, at position: Int?, context: SourceContext) throws -> DepartureReader {
    ///     let oldest = feed.oldest(at: partition.name)
    ///     if let position, position < oldest {
    ///         throw SourceError("\(partition) begins at \(oldest) now", advice: "Start over with --fresh")
    ///     }
    ///     return DepartureReader(feed: feed, terminal: partition.name, position: position ?? oldest)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - partition: the partition to read.
    ///   - position: the position to start from; `nil`: the beginning of the partition.
    ///   - context: the clock of the run, and a function that wakes the task.
    /// - Throws: ``SourceError`` if the position does not exist.
    func open(_ partition: PartitionID, at position: Reader.Position?, context: SourceContext) throws -> Reader
}

extension Source {
    /// Default: `false`.
    public var isShared: Bool { false }
    /// Default: `false`.
    public var keepsPositions: Bool { false }
    /// Default: the value of `isShared`.
    public var isOpenEnded: Bool { isShared }
    /// Does nothing.
    public func connect(_ run: SourceRun) async throws {}
    /// Does nothing.
    public func assign(_ starts: [PartitionStart<Reader.Position>]) async throws {}
    /// Does nothing.
    public func committed(_ positions: [PartitionStart<Reader.Position>], isLast: Bool) throws {}
    /// Does nothing.
    public func disconnect() {}
    /// Accepts all new partitions.
    public func checkNew(_ new: [PartitionID], known: [PartitionStart<Reader.Position>]) async throws {}
    /// Returns no partitions.
    public func unread(_ positions: [PartitionStart<Reader.Position>]) async throws -> [PartitionID] { [] }
}

/// A reader of one partition. Used by one task at a time.
///
/// ```swift
/// struct DepartureReader: SourceReader {
///     typealias Record = Departure
///     let feed: DepartureFeed, terminal: String
///     var position: Int
///     mutating func read(
///         limit: ReadLimit, into collector: inout some RecordCollector<Departure>
///     ) throws -> ReadOutcome {
///         let lines = feed.received(at: terminal, from: position, limit: limit.records)
///         for line in lines {
///             if let departure = try? Departure(parsing: line) {
///                 try collector.record(departure, bytes: line.utf8.count)
///             } else {
///                 let input = MalformedInput(excerpt: line, place: "\(terminal), \(position)", reason: "no departure")
///                 try collector.malformed(input)
///             }
///             position += 1
///         }
///         return lines.isEmpty ? .idle(retryAfter: .seconds(1)) : .more
///     }
/// }
/// ```
public protocol SourceReader<Record> {
    /// The type of the records.
    associatedtype Record: Sendable
    /// The type of a position: a place between two records.
    associatedtype Position: StateValue & CustomStringConvertible

    /// The position before the record that is being passed to the collector (while `read` runs), or before the next
    /// record (otherwise).
    var position: Position { get }

    /// How much of the partition has been read. Default: `nil`, unknown.
    var progress: SourceProgress? { get }

    /// The number of records that are passed to the operators together. A greater number is faster where an operator
    /// takes only some nanoseconds per record, but the position in an operator's error is exact only to that many
    /// records. Default: 1.
    static var recordsPerPush: Int { get }

    /// Passes up to `limit` records to `collector`. It must not wait for longer than a disk read takes. Input that
    /// cannot be decoded is passed to `collector.malformed`.
    ///
    /// Errors thrown by the collector are rethrown at once, with `position` still before the record.
    ///
    /// - Parameters:
    ///   - limit: the most to read.
    ///   - collector: receives the records.
    /// - Returns: whether there is more to read.
    /// - Throws: ``SourceError`` if reading fails, and the errors of the collector.
    mutating func read(limit: ReadLimit, into collector: inout some RecordCollector<Record>) throws -> ReadOutcome
}

extension SourceReader {
    /// Default: 1, with which the position in an operator's error is exact.
    public static var recordsPerPush: Int { 1 }
    /// Default: `nil`, unknown.
    public var progress: SourceProgress? { nil }
}

/// Receives the records that a reader has read.
///
/// ```swift
/// struct Collected<Record>: RecordCollector {     // for the test of a reader
///     var records: [Record] = []
///     mutating func record(_ record: Record, bytes: Int) { records.append(record) }
///     mutating func malformed(_ input: MalformedInput) { print("\(input.place): \(input.reason)") }
/// }
/// ```
public protocol RecordCollector<Record> {
    /// The type of the records.
    associatedtype Record
    /// Receives a record.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - bytes: the size of the input that it was read from, in bytes.
    mutating func record(_ record: Record, bytes: Int) throws
    /// Receives a record with a time of its own, which is its event time if the pipeline names no other. Default:
    /// ignores the time.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - time: the record's time.
    ///   - bytes: the size of the input that it was read from, in bytes.
    mutating func record(_ record: Record, at time: Timestamp, bytes: Int) throws
    /// Receives several records at once.
    ///
    /// - Parameters:
    ///   - count: the number of records.
    ///   - bytes: the size of the input of each record, in bytes.
    ///   - make: initializes `count` records at the address passed to it.
    mutating func gather(_ count: Int, bytes: Int, _ make: (UnsafeMutablePointer<Record>) -> Void) throws
    /// Receives input that could not be decoded.
    ///
    /// - Throws: an error if the source's policy is to fail.
    mutating func malformed(_ input: MalformedInput) throws
    /// Passes on what is gathered, so that an error of the operators comes while `position` is that of its first record.
    /// Default: does nothing.
    ///
    /// - Throws: the errors of the operators.
    mutating func flush() throws
}

extension RecordCollector {
    /// Does nothing.
    @inlinable
    public mutating func flush() throws {}

    /// Receives a record and ignores its time.
    @inlinable
    public mutating func record(_ record: Record, at time: Timestamp, bytes: Int) throws {
        try self.record(record, bytes: bytes)
    }

    /// Receives the records one by one.
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

/// The most that a reader may pass on in one call.
///
/// ```swift
/// let outcome = try reader.read(limit: ReadLimit(records: 100, bytes: 1 << 20), into: &collected)     // in a test
/// ```
@frozen
public struct ReadLimit: Sendable {
    /// The number of records.
    public var records: Int
    /// The size of the input in bytes. The record that exceeds it is still passed on.
    public var bytes: Int

    /// Creates a limit.
    @inlinable
    public init(records: Int, bytes: Int) {
        self.records = records
        self.bytes = bytes
    }
}

/// Whether a partition has more to read.
///
/// ```swift
/// let outcome: ReadOutcome = feed.isClosed ? .end : .idle(retryAfter: .seconds(1))     // when all is read
/// ```
public enum ReadOutcome: Sendable, Equatable {
    /// There may be more to read at once.
    case more
    /// There is nothing to read for now. The reader is called again after `retryAfter`, or earlier if its context's
    /// `wake` is called; `nil`: only after `wake` is called.
    case idle(retryAfter: Duration?)
    /// The partition has ended.
    case end
}

/// Progress through a partition, in a unit chosen by the reader, such as bytes for files.
///
/// ```swift
/// var progress: SourceProgress? { SourceProgress(done: Int64(position), total: Int64(feed.count(at: terminal))) }
/// ```
public struct SourceProgress: Sendable, Hashable {
    /// The units read.
    public var done: Int64
    /// The units available at present.
    public var total: Int64

    /// Creates a progress of `done` units out of `total`.
    public init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// The context of a reader, as passed to ``Source/open(_:at:context:)``.
///
/// ```swift
/// feed.onArrival(at: terminal, context.wake)     // in `open`: the task reads as soon as there is something
/// ```
public struct SourceContext: Sendable {
    /// Tells the task that there is something to read. May be called from any thread, and repeatedly.
    public let wake: @Sendable () -> Void
    /// The clock of the run.
    public let clock: any PipelineClock
    /// Whether the times that the reader passes with its records are used; if not, the pipeline takes event time from
    /// elsewhere.
    public let usesRecordTimes: Bool

    /// Creates a context for tests of readers. Each parameter sets the property of its name.
    public init(
        clock: any PipelineClock = SystemClock(), usesRecordTimes: Bool = true,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.wake = wake
        self.clock = clock
        self.usesRecordTimes = usesRecordTimes
    }
}

/// Input that could not be decoded as a record: an excerpt, its place, and the reason.
///
/// ```swift
/// let broken = graph.sideOutput("broken", of: MalformedInput.self)
/// graph.source(.jsonLines(in: "orders", decoding: Order.self), malformed: .deadLetter(to: broken))
/// broken.stream.map { "\($0.place): \($0.reason): \($0.excerpt)" }.sink(.lines(directory: "out/broken"))
/// ```
public struct MalformedInput: Sendable, Hashable {
    /// The input or its beginning (``excerptLimit`` bytes), with invalid UTF-8 replaced, and U+0000, which databases do
    /// not accept in texts, replaced by U+2400.
    public var excerpt: String
    /// The place of the input for messages, such as `2013-01.csv, line 17 (byte 1,402)`.
    public var place: String
    /// Why the input could not be decoded, and what was expected.
    public var reason: String

    /// The length of the longest excerpt that a reader should keep, in bytes.
    public static let excerptLimit = 1024

    /// Creates a description of malformed input. Each parameter sets the property of its name.
    public init(excerpt: String, place: String, reason: String) {
        self.excerpt = FailureReason.storable(excerpt)
        self.place = place
        self.reason = FailureReason.storable(reason)
    }
}
