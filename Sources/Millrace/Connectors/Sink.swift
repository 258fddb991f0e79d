/// Where records go.
///
/// A sink takes part in the commit protocol, so that each record is in its output exactly once:
/// 1. at a checkpoint's barrier each writer *prepares* what it wrote since the last one (a description in bytes);
/// 2. just before the checkpoint is stored, `makeDurable` is called for each of these, off the tasks' threads;
/// 3. the checkpoint is stored together with the descriptions: from here on the output counts;
/// 4. `publish` makes it visible.
///
/// After a crash between 3 and 4 `recover` is given the descriptions again and publishes them; whatever was written
/// but belongs to no stored checkpoint is for `recover` to remove. Output that is still being added to is described anew
/// at each checkpoint. A sink with nothing to prepare (printing, calling a closure) needs only `open` and `write`; its
/// effects may be repeated after a crash.
public protocol Sink<Input>: Sendable {
    /// What the sink takes.
    associatedtype Input: Sendable
    /// What writes in one task.
    associatedtype Writer: SinkWriter where Writer.Input == Input

    /// A few words for the graph's printout: `JSON Lines in out/hourly`.
    var summary: String { get }

    /// What only one sink of a pipeline may write to (a directory); `nil` if several may share it.
    var exclusiveTarget: String? { get }

    /// What this sink's writers share with those of other sinks; `nil` if nothing.
    var sharedOutput: (any SharedOutput)? { get }

    /// Whether what it prepares has to be stored with the checkpoint for `publish` to find it after a crash: a run without
    /// a state folder is then refused.
    var needsStateFolder: Bool { get }

    /// Called once at start, before any writer is opened. `pending` was stored with the checkpoint that the run
    /// starts from and has to be published (again: publishing twice must do no harm).
    func recover(_ pending: [PendingOutput], start: StartMode) throws

    /// The same, for sinks that have to know which pipeline and state folder they belong to. This is what a run calls, on a
    /// thread that may wait.
    func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws

    /// The run is over, well or not: lets go of what `recover` took.
    func close()

    /// Opens the writer of one task.
    func open(_ context: SinkContext) throws -> Writer

    /// Makes prepared output safe against power loss; the checkpoint is not stored before this returns.
    func makeDurable(_ output: PendingOutput) throws

    /// Makes output of a stored checkpoint visible. Must be harmless when repeated.
    func publish(_ output: PendingOutput) throws
}

extension Sink {
    /// None.
    public var exclusiveTarget: String? { nil }
    /// Nothing.
    public var sharedOutput: (any SharedOutput)? { nil }
    /// No.
    public var needsStateFolder: Bool { false }
    /// Nothing to do for a sink that prepares nothing.
    public func recover(_ pending: [PendingOutput], start: StartMode) throws {}
    /// Nothing to do.
    public func close() {}
    /// What `recover` does without knowing the run.
    public func recover(_ pending: [PendingOutput], start: StartMode, in run: SinkRun) throws {
        try recover(pending, start: start)
    }
    /// Nothing to do for a sink that prepares nothing.
    public func makeDurable(_ output: PendingOutput) throws {}
    /// Nothing to do for a sink that prepares nothing.
    public func publish(_ output: PendingOutput) throws {}
}

/// Writes the records of one task. Used by one task at a time.
public protocol SinkWriter<Input> {
    /// What it takes.
    associatedtype Input
    /// Whether the writer has more under way than it should: its task then stops reading until the context's `wake` is
    /// called and this is false.
    var isCongested: Bool { get }
    /// Takes a record.
    mutating func write(_ record: Input, at time: Timestamp) throws
    /// Ends the epoch: what was written since the last call, described so that `publish` and `recover` can find it;
    /// `nil` if nothing was. Has to be quick: no waiting for the disk here (that is what `makeDurable` is for).
    mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]?
    /// No record follows: called before the last `prepare` of a run that ends in order, at the end of its input or stopped.
    mutating func finish()
    /// Whatever was written since the last `prepare` may be thrown away; called when the task ends.
    mutating func close()
}

extension SinkWriter {
    /// Never.
    public var isCongested: Bool { false }
    /// Nothing prepared.
    public mutating func prepare(_ checkpoint: CheckpointNumber) throws -> [UInt8]? { nil }
    /// Nothing to do.
    public mutating func finish() {}
    /// Nothing to close.
    public mutating func close() {}
}

/// Output that was prepared for a checkpoint.
public struct PendingOutput: Sendable, Hashable {
    /// The checkpoint that it belongs to.
    public let checkpoint: CheckpointNumber
    /// The task that wrote it.
    public let task: Int
    /// What the writer's `prepare` returned.
    public let description: [UInt8]

    /// All three parts.
    public init(checkpoint: CheckpointNumber, task: Int, description: [UInt8]) {
        self.checkpoint = checkpoint
        self.task = task
        self.description = description
    }
}

/// What a sink's writer is told about its place.
public struct SinkContext: Sendable {
    /// The number of the task among all tasks that write to this sink, from 0; stable while parallelism is.
    public let task: Int
    /// The checkpoint that ends the epoch in which the writer is opened.
    public let epoch: CheckpointNumber
    /// The run that the task is part of.
    public let run: SinkRun
    /// The run's clock.
    public let clock: any PipelineClock
    /// Tells the task that the writer is not congested any more; may be called from anywhere.
    public let wake: @Sendable () -> Void
    /// Asks for a checkpoint before its time, for a writer that holds much of its epoch in memory; may be called from
    /// anywhere, any number of times.
    public let requestCheckpoint: @Sendable () -> Void
    /// Counts a record that the writer has left out as its policy says (`skipped` in the status).
    public let countSkipped: @Sendable () -> Void

    /// For tests of sinks.
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
public enum StartMode: Sendable, Hashable {
    /// A stored checkpoint.
    case resumed(CheckpointNumber)
    /// Nothing, because there was no state folder yet (or none is used).
    case new
    /// Nothing, because the user asked to forget what was there.
    case fresh
}
