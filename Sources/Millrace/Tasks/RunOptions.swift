import Logging

/// How a pipeline is run: where it keeps its checkpoints, how wide it runs, what happens when something goes wrong.
public struct RunOptions: Sendable {
    /// Where and how often checkpoints are taken. Default: none, and a restart begins from the beginning.
    public var checkpoints: CheckpointOptions?
    /// What a failure may lose or repeat outside the pipeline. Default: exactly-once.
    public var delivery: DeliveryGuarantee
    /// Tasks of each keyed stage. Default: as many as there are source partitions, and no more than processors.
    public var parallelism: Parallelism
    /// What follows a failure. Default: `.automatic`: a broker or database that is away, or a disk that is full, is waited
    /// for without end, other failures are followed by up to three restarts in a row.
    public var restart: RestartStrategy
    /// Bytes that keyed state of all tasks may take in memory, with its changes on their way to the store. Beyond it, state
    /// that a checkpoint has stored leaves memory and is read from the store when it is needed; where too much has changed
    /// since the last checkpoint, sources read no more until the next one is stored. Default: 1 GiB.
    public var memoryBudget: Int
    /// What follows when all sources have come to their ends. Default: `.complete`, which closes all windows for good.
    public var endOfInput: EndOfInput
    /// How long a run may take to end once it is stopped or cancelled, or one of its tasks has failed; `nil`: without limit.
    /// Default: 25 s, which is less than the 30 s that Kubernetes grants by default. A run that takes longer is cancelled,
    /// and throws `PipelineError.notEnded`; it goes on from its last checkpoint when it is run again.
    ///
    /// Only what waits is cancelled. An operator that blocks its thread keeps it; where all threads are blocked, only the
    /// process can be ended, as pipeline programs do.
    public var stopTimeout: Duration?
    /// What a channel between two tasks holds. Default: 8,192 records or 4 MiB.
    public var channels: ChannelLimits
    /// Slices of the key space; frozen when a state folder is created. Default: 128, enough for 128 tasks a stage.
    public var keyGroups: Int
    /// A way to the running pipeline's state, for questions and savepoints. Default: none.
    public var state: StateHandle?
    /// How often `onStatus` is called. Default: 500 ms.
    public var statusInterval: Duration
    /// Where the run says what it does. Default: a logger named `millrace` at the level `notice`.
    public var logger: Logger
    /// The run's clock; tests set their own. Default: the machine's.
    public var clock: any PipelineClock
    /// Called with the run's progress every `statusInterval` and at the end. Default: none.
    public var onStatus: (@Sendable (PipelineStatus) -> Void)?
    /// Where a test makes the run die.
    package var crash = CrashSwitch.off
    /// Whether the store's work is done in the coordinator's task instead of on a thread of its own; for tests that
    /// schedule every step themselves.
    package var writesInline = false

    /// How a pipeline is run.
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
    /// What a run uses if it is given no other: named `millrace`, at the level `notice`.
    public static var millrace: Logger {
        var logger = Logger(label: "millrace")
        logger.logLevel = .notice
        return logger
    }
}

extension RunOptions {
    /// A source that keeps its positions itself is told of them every second if no checkpoints are asked for.
    private static let defaultInterval = Duration.seconds(1)

    func interval(for plan: LogicalPlan) -> Duration? {
        checkpoints?.interval ?? (plan.keepsPositions ? Self.defaultInterval : nil)
    }
}

/// Where and how often a pipeline's state is stored.
public struct CheckpointOptions: Sendable, Hashable {
    /// The state folder; created if missing, used by one process at a time. `nil`: nothing is stored here, which is
    /// enough for a pipeline without keyed state whose source keeps its positions itself (Kafka).
    public var directory: String?
    /// Time between two checkpoints: the most work that a restart repeats. Default: 1 s.
    public var interval: Duration
    /// Forget what the folder holds and start from nothing; the sinks forget their output too. Default: false.
    public var fresh: Bool
    /// If another process uses the folder: wait until it ends instead of refusing to start. Processes that stand by for
    /// one another need no more than a folder that all of them reach. Default: false.
    public var standsBy: Bool
    /// State that the folder holds and the graph has no more, `operator/state` or `operator`, and that may be lost.
    /// Default: none; a start that would lose state is refused.
    public var allowNonRestoredState: Set<String>
    /// Bytes beyond which `data.mdb` may not grow. Default: 1 TiB.
    public var maximumSize: Int
    /// The journal is folded into the tree when it holds this many checkpoints (each is one more place to look for what is
    /// not in memory) or 16 MiB. Default: 8.
    public var foldAfter: Int

    /// Only an interval: positions are kept by the source, and there is no state.
    public init(every interval: Duration) {
        self.init(directory: "", every: interval)
        directory = nil
    }

    /// A folder and an interval. Each parameter sets the property of its name, where its default is described.
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
