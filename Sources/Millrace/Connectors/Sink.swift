/// The destination of a stream's records.
///
/// A sink takes part in the commit protocol, so that each record is in its output exactly once:
/// 1. At a checkpoint's barrier each writer *prepares* its output since the last checkpoint, and returns a description
///    of it in bytes.
/// 2. Before the checkpoint is stored, `makeDurable` is called with each description, on a thread that may block.
/// 3. The checkpoint is stored together with the descriptions. From here on the output counts.
/// 4. `publish` makes the output visible.
///
/// After a crash between steps 3 and 4, `recover` receives the descriptions again and publishes them. It also removes
/// output that belongs to no stored checkpoint. Output that is still appended to, such as an open file, is described
/// again at each checkpoint. A sink that prepares nothing, because it prints or calls a closure, needs only `open` and
/// `write`; its effects may be repeated after a crash.
///
/// A sink whose output is in the state folder until it is published; its writer is that of ``SinkWriter``:
///
/// ```swift
/// struct BucketSink: Sink {
///     let bucket: Bucket
///     var summary: String { "objects in \(bucket.name)" }
///     var exclusiveTarget: String? { bucket.name }
///     var needsStateFolder: Bool { true }
///
///     func open(_ context: SinkContext) -> BucketWriter { BucketWriter() }
///
///     func publish(_ output: PendingOutput) throws {
///         try bucket.put("part-\(output.checkpoint)-\(output.task)", output.description)
///     }
///     func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
///         if start == .fresh, !run.isRestart { try bucket.removeAll() }
///         for output in pending { try publish(output) }
///     }
/// }
/// lines.sink(BucketSink(bucket: bucket))
/// ```
public protocol Sink<Input>: Sendable {
    /// The type of the records.
    associatedtype Input: Sendable
    /// The type that writes the records of one task.
    associatedtype Writer: SinkWriter where Writer.Input == Input

    /// A short description for the printed graph, such as `JSON Lines in out/hourly`.
    var summary: String { get }

    /// The target that only one sink of a pipeline may write to, such as a directory. Default: `nil`, several sinks may
    /// share the target.
    var exclusiveTarget: String? { get }

    /// The output that this sink's writers share with other sinks. Default: `nil`, none.
    var sharedOutput: (any SharedOutput)? { get }

    /// Whether prepared output has to be stored with the checkpoint so that it can be published after a crash. A run
    /// without a state folder is then refused with a ``ConfigurationError``. Default: `false`.
    var needsStateFolder: Bool { get }

    /// Publishes pending output and removes output that belongs to no stored checkpoint. Called at the start of each
    /// attempt, before any writer is opened. Default: does nothing.
    ///
    /// ```swift
    /// func recover(_ pending: [PendingOutput], start: StartMode) throws {
    ///     if start == .new, try !bucket.isEmpty() {
    ///         throw SinkError("\(bucket.name) has output of another run", advice: "Choose another bucket")
    ///     }
    ///     if start == .fresh { try bucket.removeAll() }
    ///     for output in pending { try bucket.put("part-\(output.checkpoint)-\(output.task)", output.description) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - pending: the output stored with the checkpoint that the run is restored from. It may have been published
    ///     already, so publishing it again must have no effect.
    ///   - start: what the run starts from.
    func recover(_ pending: [PendingOutput], start: StartMode) throws

    /// Does the same as `recover(_:start:)`, for sinks that need to know their pipeline and state folder. The runtime
    /// calls this method, on a thread that may block. Default: calls `recover(_:start:)`.
    ///
    /// ```swift
    /// func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
    ///     try bucket.lock(for: "\(run.pipeline)/\(run.operatorID)")
    ///     if start == .fresh, !run.isRestart { try bucket.removeAll() }
    ///     for output in pending { try bucket.put("part-\(output.checkpoint)-\(output.task)", output.description) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - pending: the output stored with the checkpoint that the run is restored from.
    ///   - start: what the run starts from.
    ///   - run: the run that the sink is part of.
    func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws

    /// Releases what `recover` has acquired. Called when the run has ended, with or without an error. Default: does
    /// nothing.
    ///
    /// ```swift
    /// func close() { bucket.unlock() }     // which `recover` has locked
    /// ```
    func close()

    /// Opens the writer of one task.
    ///
    /// ```swift
    /// func open(_ context: SinkContext) throws -> BucketWriter {
    ///     BucketWriter(context: context)     // keeps it, to call `wake` or `requestCheckpoint` later
    /// }
    /// ```
    func open(_ context: SinkContext) throws -> Writer

    /// Makes prepared output durable, so that it survives a power failure. The checkpoint is stored after this returns.
    /// Default: does nothing.
    ///
    /// ```swift
    /// func makeDurable(_ output: PendingOutput) throws {
    ///     // The writer's `prepare` has returned the key of an object that was written but not synchronized.
    ///     try bucket.synchronize(String(decoding: output.description, as: UTF8.self))
    /// }
    /// ```
    func makeDurable(_ output: PendingOutput) throws

    /// Makes the output of a stored checkpoint visible. Repeated calls must have no further effect. Default: does
    /// nothing.
    ///
    /// ```swift
    /// func publish(_ output: PendingOutput) throws {
    ///     // Again under the same key, the object is replaced by one with the same contents.
    ///     try bucket.put("part-\(output.checkpoint)-\(output.task)", output.description)
    /// }
    /// ```
    func publish(_ output: PendingOutput) throws
}

extension Sink {
    /// Default: `nil`, several sinks may share the target.
    public var exclusiveTarget: String? { nil }
    /// Default: `nil`, no shared output.
    public var sharedOutput: (any SharedOutput)? { nil }
    /// Default: `false`.
    public var needsStateFolder: Bool { false }
    /// Does nothing, for a sink that prepares nothing.
    public func recover(_ pending: [PendingOutput], start: StartMode) throws {}
    /// Does nothing.
    public func close() {}
    /// Calls `recover(_:start:)`.
    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        try recover(pending, start: start)
    }
    /// Does nothing, for a sink that prepares nothing.
    public func makeDurable(_ output: PendingOutput) throws {}
    /// Does nothing, for a sink that prepares nothing.
    public func publish(_ output: PendingOutput) throws {}
}

/// A writer for the records of one task. Used by one task at a time.
///
/// A writer that describes its output by the output itself, for small epochs:
///
/// ```swift
/// struct BucketWriter: SinkWriter {
///     var bytes: [UInt8] = []
///
///     mutating func write(_ line: String, at time: Timestamp) { bytes += Array("\(line)\n".utf8) }
///
///     mutating func prepare(_ checkpoint: CheckpointNumber) -> [UInt8]? {
///         defer { bytes = [] }
///         return bytes.isEmpty ? nil : bytes
///     }
/// }
/// ```
public protocol SinkWriter<Input> {
    /// The type of the records.
    associatedtype Input
    /// Whether the writer has more output in flight than it should. While it is true, the task stops reading until the
    /// writer calls the context's `wake`. Default: `false`.
    var isCongested: Bool { get }
    /// Writes a record.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - time: its event time.
    mutating func write(_ record: Input, at time: Timestamp) throws
    /// Ends the epoch and describes the output written since the last call, so that `publish` and `recover` can find
    /// it. It has to return quickly, without waiting for the disk; that is what `makeDurable` is for. Default: returns
    /// `nil`.
    ///
    /// - Parameter checkpoint: the checkpoint that ends the epoch.
    /// - Returns: the description, or `nil` if nothing was written.
    mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]?
    /// Notes that no record follows. Called before the last `prepare` of a run that ends normally, at the end of its
    /// input or because it was stopped. Default: does nothing.
    mutating func finish()
    /// Releases the writer's resources when the task ends. Output written since the last `prepare` may be discarded.
    /// Default: does nothing.
    mutating func close()
}

extension SinkWriter {
    /// Default: `false`.
    public var isCongested: Bool { false }
    /// Returns `nil`: nothing is prepared.
    public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? { nil }
    /// Does nothing.
    public mutating func finish() {}
    /// Does nothing.
    public mutating func close() {}
}

/// Output that a writer has prepared for a checkpoint.
///
/// ```swift
/// func publish(_ output: PendingOutput) throws {
///     let staged = String(decoding: output.description, as: UTF8.self)     // what the writer's `prepare` returned
///     try bucket.rename(staged, to: "part-\(output.checkpoint)-\(output.task)")
/// }
/// ```
public struct PendingOutput: Sendable, Hashable {
    /// The checkpoint that the output belongs to.
    public let checkpoint: CheckpointNumber
    /// The number of the task that wrote it.
    public let task: Int
    /// The description returned by the writer's `prepare`.
    public let description: [UInt8]

    /// Creates a description of output. Each parameter sets the property of its name.
    public init(checkpoint: CheckpointNumber, task: Int, description: [UInt8]) {
        self.checkpoint = checkpoint
        self.task = task
        self.description = description
    }
}

/// The context of a sink's writer, as passed to ``Sink/open(_:)``.
///
/// A writer that requests a checkpoint when it holds 16 MiB; its `prepare` is that of ``SinkWriter``:
///
/// ```swift
/// struct BucketWriter: SinkWriter {
///     let context: SinkContext
///     var bytes: [UInt8] = []
///
///     mutating func write(_ line: String, at time: Timestamp) {
///         bytes += Array("\(line)\n".utf8)
///         if bytes.count >= 16 << 20 { context.requestCheckpoint() }
///     }
/// }
/// ```
public struct SinkContext: Sendable {
    /// The number of the writer's task among all tasks of the run, from 0. It is the same in each run as long as the
    /// partitions and the parallelism are.
    public let task: Int
    /// The checkpoint that ends the epoch in which the writer is opened.
    public let epoch: CheckpointNumber
    /// The run that the task is part of.
    public let run: SinkRun
    /// The clock of the run.
    public let clock: any PipelineClock
    /// Tells the task that the writer is no longer congested. May be called from any thread.
    public let wake: @Sendable () -> Void
    /// Requests a checkpoint before its time, for a writer that holds a large epoch in memory. May be called from any
    /// thread, and repeatedly.
    public let requestCheckpoint: @Sendable () -> Void
    /// Counts a record that the writer has dropped according to its policy, in ``PipelineStatus/skipped``.
    public let countSkipped: @Sendable () -> Void

    /// Creates a context for tests of sinks. Each parameter sets the property of its name.
    public init(
        task: Int, epoch: CheckpointNumber = CheckpointNumber(1), run: SinkRun = SinkRun(),
        clock: any PipelineClock = SystemClock(), wake: @escaping @Sendable () -> Void = {},
        requestCheckpoint: @escaping @Sendable () -> Void = {},
        countSkipped: @escaping @Sendable () -> Void = {}
    ) {
        self.task = task
        self.epoch = epoch
        self.run = run
        self.clock = clock
        self.wake = wake
        self.requestCheckpoint = requestCheckpoint
        self.countSkipped = countSkipped
    }
}

/// What a run starts from.
///
/// ```swift
/// switch start {
/// case .resumed(let checkpoint):
///     print("continues after checkpoint \(checkpoint)")
/// case .new:
///     guard try bucket.isEmpty() else {
///         throw SinkError("\(bucket.name) has output of another run", advice: "Choose another bucket")
///     }
/// case .fresh:
///     try bucket.removeAll()
/// }
/// ```
public enum StartMode: Sendable, Hashable {
    /// A stored checkpoint.
    case resumed(CheckpointNumber)
    /// An empty state: the run has no state folder, or the folder is new.
    case new
    /// An empty state: the previous state is discarded (``CheckpointOptions/fresh``), or a first attempt failed before
    /// a checkpoint was stored. Earlier output is removed.
    case fresh
}
