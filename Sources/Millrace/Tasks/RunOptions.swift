import Logging

/// How a pipeline is run: where it keeps its checkpoints, how wide it runs, what happens when something goes wrong.
public struct RunOptions: Sendable {
    /// Where and how often checkpoints are taken; `nil`: none, and a restart begins from the beginning.
    public var checkpoints: CheckpointOptions?
    /// What a failure may lose or repeat outside the pipeline.
    public var delivery: DeliveryGuarantee = .exactlyOnce
    /// Tasks of each keyed stage.
    public var parallelism: Parallelism = .perPartition
    /// What follows a failure. Default: a broker or database that is away, or a disk that is full, is waited for without
    /// end, other failures are followed by up to three restarts in a row (`RestartStrategy.automatic`).
    public var restart: RestartStrategy = .automatic
    /// Bytes that keyed state of all tasks may take in memory, with its changes on their way to the store: 1 GiB. Beyond it,
    /// state that a checkpoint has stored leaves memory and is read from the store when it is needed; where too much has
    /// changed since the last checkpoint, sources read no more until the next one is stored.
    public var memoryBudget = 1 << 30
    /// What follows when all sources have come to their ends. Default: `.complete`, which closes all windows for good.
    public var endOfInput = EndOfInput.complete
    /// How long a run may take to end once it is stopped or cancelled, or one of its tasks has failed: 25 s, which is less
    /// than the 30 s that Kubernetes grants by default. `nil`: without limit. A run that takes longer is cancelled, and
    /// throws `PipelineError.notEnded`; it goes on from its last checkpoint when it is run again.
    ///
    /// Only what waits is cancelled. An operator that blocks its thread keeps it; where all threads are blocked, only the
    /// process can be ended, as pipeline programs do.
    public var stopTimeout: Duration? = .seconds(25)
    /// What a channel between two tasks holds.
    public var channels = ChannelLimits()
    /// Slices of the key space; frozen when a state folder is created. 128: enough for 128 tasks a stage.
    public var keyGroups = KeyGroupAssignment.defaultGroups
    /// A way to the running pipeline's state, for questions and savepoints; none by default.
    public var state: StateHandle?
    /// Called with the run's progress every `statusInterval` and at the end.
    public var onStatus: (@Sendable (PipelineStatus) -> Void)?
    /// Half a second.
    public var statusInterval: Duration = .milliseconds(500)
    /// Where the run says what it does.
    public var logger: Logger
    /// The run's clock; tests set their own.
    public var clock: any PipelineClock = SystemClock()
    /// Where a test makes the run die.
    public var crash = CrashSwitch.off
    /// Whether the store's work is done in the coordinator's task instead of on a thread of its own; for tests that
    /// schedule every step themselves.
    public var writesInline = false

    /// The defaults: no checkpoints.
    public init(checkpoints: CheckpointOptions? = nil) {
        self.checkpoints = checkpoints
        var logger = Logger(label: "millrace")
        logger.logLevel = .notice
        self.logger = logger
    }
}

extension RunOptions {
    /// A source that keeps its positions itself is told of them every second if no checkpoints are asked for.
    private static let defaultInterval = Duration.seconds(1)

    func interval(for plan: PipelinePlan) -> Duration? {
        checkpoints?.interval ?? (plan.keepsPositions ? Self.defaultInterval : nil)
    }
}

/// Where and how often a pipeline's state is stored.
public struct CheckpointOptions: Sendable, Hashable {
    /// The state folder; created if missing, used by one process at a time. `nil`: nothing is stored here, which is
    /// enough for a pipeline without keyed state whose source keeps its positions itself (Kafka).
    public var directory: String?
    /// Time between two checkpoints: the most work that a restart repeats.
    public var interval: Duration
    /// Forget what the folder holds and start from nothing; the sinks forget their output too.
    public var fresh: Bool
    /// If another process uses the folder: wait until it ends instead of refusing to start. Processes that stand by for
    /// one another need no more than a folder that all of them reach.
    public var waitsWhenInUse = false
    /// State that the folder holds and the graph has no more, `operator/state` or `operator`, and that may be lost.
    public var allowDropping: Set<String>
    /// Bytes beyond which `data.mdb` may not grow.
    public var maximumSize: Int
    /// The journal is folded into the tree when it holds this many checkpoints (8: each is one more place to look for
    /// what is not in memory) or 16 MiB.
    public var foldAfter = 8

    /// Only an interval: positions are kept by the source, and there is no state.
    public init(every interval: Duration) {
        self.init(directory: "", every: interval)
        directory = nil
    }

    /// A folder and an interval (a second by default).
    public init(
        directory: String, every interval: Duration = .seconds(1), fresh: Bool = false,
        allowDropping: Set<String> = [], maximumSize: Int = 1 << 40
    ) {
        self.directory = directory
        self.interval = interval
        self.fresh = fresh
        self.allowDropping = allowDropping
        self.maximumSize = maximumSize
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
