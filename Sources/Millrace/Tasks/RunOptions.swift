import Logging

/// The settings of a run: checkpoints, delivery guarantee, parallelism, restarts and limits.
///
/// ```swift
/// var options = RunOptions(checkpoints: .init(directory: "state"), memoryBudget: 4 << 30)
/// options.onStatus = { status in print("\(status.records) records, event time \(status.watermark)") }
/// try await pipeline.run(options)
/// ```
public struct RunOptions: Sendable {
    /// Where and how often checkpoints are stored. Default: `nil`, no state folder; a run then starts from the
    /// beginning of its sources, unless these keep their positions themselves.
    public var checkpoints: CheckpointOptions?
    /// What a failure may lose or repeat outside the pipeline. Default: `.exactlyOnce`.
    public var delivery: DeliveryGuarantee
    /// The number of tasks of each keyed stage. Default: `.perPartition`, as many as there are source partitions, up to
    /// the number of processors.
    public var parallelism: Parallelism
    /// Whether and when a failed run is restarted. Default: `.automatic`, which restarts indefinitely while a broker or
    /// database cannot be reached or a disk is full, and up to three times in a row after other failures.
    public var restart: RestartStrategy
    /// The memory for the keyed state of all tasks in bytes, including changes that are being stored. Default: 1 GiB.
    ///
    /// When it is exceeded, state that a checkpoint has stored is removed from memory, and read from the store when it
    /// is needed. If too much state has changed since the last checkpoint, a checkpoint is requested and sources pause
    /// until it is stored.
    public var memoryBudget: Int
    /// What happens when all sources have ended. Default: `.complete`, which closes all windows permanently.
    public var endOfInput: EndOfInput
    /// How long a run may take to end after it has been stopped or cancelled, or one of its tasks has failed; `nil`: no
    /// limit. Default: 25 s, less than the 30 s that Kubernetes grants by default.
    ///
    /// A run that takes longer is cancelled and throws ``PipelineError/notEnded(within:waitingFor:checkpoint:cause:)``.
    /// It resumes from its last checkpoint when it is run again. If it was stopped and its final checkpoint is already
    /// stored, it returns normally and logs an error. An operator that blocks its thread is not interrupted; then only
    /// the end of the process frees the thread.
    public var stopTimeout: Duration?
    /// The limits of a channel between two tasks. Default: 8,192 records or 4 MiB.
    public var channels: ChannelLimits
    /// The number of groups into which keys are divided, from 1 to 32,768. It is the greatest number of tasks of a
    /// keyed stage, and cannot be changed after the state folder has been created. Default: 128.
    public var keyGroups: Int
    /// A handle for queries and savepoints of the running pipeline. Default: `nil`, none.
    public var state: StateHandle?
    /// How often `onStatus` is called. Default: 500 ms.
    public var statusInterval: Duration
    /// The logger of the run. Default: one named `millrace` at level `notice`.
    public var logger: Logger
    /// The clock of the run, which tests can replace. Default: the machine's.
    public var clock: any PipelineClock
    /// Called with the progress of the run every `statusInterval`, and at the end. Default: `nil`.
    public var onStatus: (@Sendable (PipelineStatus) -> Void)?
    /// The point at which a test makes the run crash.
    package var crash = CrashSwitch.off
    /// Whether the store is accessed in the coordinator's task instead of on a thread of its own; for tests that
    /// schedule every step themselves.
    package var writesInline = false

    /// Creates options for a run.
    ///
    /// ```swift
    /// try await pipeline.run(RunOptions(checkpoints: .init(directory: "state"), memoryBudget: 256 << 20))
    /// ```
    ///
    /// Each parameter sets the property of its name, where its default is described.
    public init(
        checkpoints: CheckpointOptions? = nil, delivery: DeliveryGuarantee = .exactlyOnce,
        parallelism: Parallelism = .perPartition, restart: RestartStrategy = .automatic, memoryBudget: Int = 1 << 30,
        endOfInput: EndOfInput = .complete, stopTimeout: Duration? = .seconds(25),
        channels: ChannelLimits = ChannelLimits(), keyGroups: Int = 128, state: StateHandle? = nil,
        statusInterval: Duration = .milliseconds(500), logger: Logger = .millrace,
        clock: any PipelineClock = SystemClock(), onStatus: (@Sendable (PipelineStatus) -> Void)? = nil
    ) {
        self.checkpoints = checkpoints
        self.delivery = delivery
        self.parallelism = parallelism
        self.restart = restart
        self.memoryBudget = memoryBudget
        self.endOfInput = endOfInput
        self.stopTimeout = stopTimeout
        self.channels = channels
        self.keyGroups = keyGroups
        self.state = state
        self.statusInterval = statusInterval
        self.logger = logger
        self.clock = clock
        self.onStatus = onStatus
    }
}

extension Logger {
    /// The default logger of a run, named `millrace`, at level `notice`.
    ///
    /// ```swift
    /// var logger = Logger.millrace
    /// logger.logLevel = .debug
    /// try await pipeline.run(RunOptions(logger: logger))
    /// ```
    public static var millrace: Logger {
        var logger = Logger(label: "millrace")
        logger.logLevel = .notice
        return logger
    }
}

extension RunOptions {
    /// The checkpoint interval for sources that keep their positions themselves, if none is set.
    private static let defaultInterval = Duration.seconds(1)

    func interval(for plan: LogicalPlan) -> Duration? {
        checkpoints?.interval ?? (plan.keepsPositions ? Self.defaultInterval : nil)
    }
}

/// Where and how often the state of a pipeline is stored.
///
/// ```swift
/// let checkpoints = CheckpointOptions(directory: "/var/lib/orders", every: .seconds(10), standsBy: true)
/// try await pipeline.run(checkpoints: checkpoints)
/// ```
public struct CheckpointOptions: Sendable, Hashable {
    /// The path of the state folder. It is created if it does not exist, and used by one process at a time. `nil`: no
    /// state is stored, which is sufficient for a pipeline without keyed state whose sources keep their positions
    /// themselves (Kafka).
    public var directory: String?
    /// The time between two checkpoints, and so the amount of work that a restart may repeat. Default: 1 s.
    public var interval: Duration
    /// Whether the contents of the state folder are discarded, and the run starts from the beginning. Sinks discard
    /// their earlier output too. Default: `false`.
    public var fresh: Bool
    /// Whether to wait when another process uses the state folder, instead of throwing an error. When that process
    /// ends, the run takes over from its last checkpoint. The standby processes only need access to the same folder.
    /// Default: `false`.
    public var standsBy: Bool
    /// State in the folder that the graph no longer has, and that may be discarded, as `operator/state` or `operator`.
    /// Default: none; a start that would discard state throws `StateError`.
    public var allowNonRestoredState: Set<String>
    /// The greatest size of the file `data.mdb` in the state folder, in bytes. Default: 1 TiB.
    public var maximumSize: Int
    /// The number of checkpoints after which the journal is merged into the state tree; it is also merged when it
    /// reaches 16 MiB. A longer journal makes reads of state that is not in memory slower. Default: 8.
    public var foldAfter: Int

    /// Creates options without a state folder, for a pipeline without keyed state whose sources keep their positions
    /// themselves.
    ///
    /// - Parameter interval: the time between two checkpoints.
    public init(every interval: Duration) {
        self.init(directory: "", every: interval)
        directory = nil
    }

    /// Creates options with a state folder. Each parameter sets the property of its name, where its default is
    /// described.
    public init(
        directory: String, every interval: Duration = .seconds(1), fresh: Bool = false, standsBy: Bool = false,
        allowNonRestoredState: Set<String> = [], maximumSize: Int = 1 << 40, foldAfter: Int = 8
    ) {
        self.directory = directory
        self.interval = interval
        self.fresh = fresh
        self.standsBy = standsBy
        self.allowNonRestoredState = allowNonRestoredState
        self.maximumSize = maximumSize
        self.foldAfter = foldAfter
    }

    var problems: [GraphProblem] {
        GraphProblem.unmet(
            (interval > .zero, "A checkpoint is to be taken every \(interval)", "Give every: a time above zero"),
            (directory != "", "The state folder has no name", "Give directory: a path"),
            (
                maximumSize >= 1 << 16, "The state folder may take \(maximumSize) bytes",
                "Give maximumSize 64 KiB at least"
            ),
            (foldAfter >= 1, "The journal is folded after \(foldAfter) checkpoints", "Give foldAfter 1 or more"))
    }
}
