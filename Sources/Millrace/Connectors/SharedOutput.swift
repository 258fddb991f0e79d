import Logging

/// A way out of the pipeline that the writers of several sinks share, such as a transactional producer.
///
/// Where it is transactional it has the last word on a checkpoint: the store keeps checkpoint n as *prepared*, `commit(n)`
/// then makes output and marker visible at once, and n counts. After a crash in between, `start` tells which number the
/// other side committed last, and n is kept or dropped accordingly. `commit(n)` is called before any writer ends epoch
/// n + 1, so two transactions in turn are enough. `flush(n)` comes between the last record of epoch n and `commit(n)`: an
/// output that keeps the order of its records sends none of epoch n + 1 before.
public protocol SharedOutput: AnyObject, Sendable {
    /// What it is, for messages: `Kafka at localhost:9092`.
    var summary: String { get }

    /// Called before each attempt, on a thread that may wait: lets go of what an earlier attempt left open, and shuts out
    /// any other process that writes as this one.
    ///
    /// - Returns: the marker that the last commit left; `nil` if there is none, or the output is not transactional.
    func start(_ run: OutputRun) throws -> CommitMarker?

    /// An attempt begins whose first epoch ends with `checkpoint`; called after `start`, before any writer is opened.
    func begin(_ checkpoint: CheckpointNumber)

    /// Whether `commit` decides; known once started.
    var isTransactional: Bool { get }

    /// Returns when everything that was written in the epoch that ends with `checkpoint` has arrived, or throws.
    func flush(_ checkpoint: CheckpointNumber) throws

    /// Commits the epoch's output, the positions and a marker with the checkpoint's number, as one. Returns when that is
    /// certain; throws if it did not happen.
    func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws

    /// The run is over.
    func close()
}

extension SharedOutput {
    /// Nothing to do.
    public func begin(_ checkpoint: CheckpointNumber) {}
}

/// What a shared output is told about the run.
public struct OutputRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// What the run guarantees.
    public let delivery: DeliveryGuarantee
    /// Time between two checkpoints; `nil` if there is only the last one.
    public let interval: Duration?
    /// The state folder's identity; empty if there is none.
    public let folder: String
    /// Whether an earlier attempt of this run has started the output.
    public let isRestart: Bool
    /// Whether the run is to end by now: `start` then throws `CancellationError` instead of waiting for what is away.
    public let isStopping: @Sendable () -> Bool
    /// Where to say what is done.
    public let logger: Logger

    /// For tests.
    public init(
        pipeline: String, delivery: DeliveryGuarantee, interval: Duration?, folder: String, isRestart: Bool = false,
        isStopping: @escaping @Sendable () -> Bool = { false }, logger: Logger = Logger(label: "millrace")
    ) {
        self.isRestart = isRestart
        self.isStopping = isStopping
        self.pipeline = pipeline
        self.delivery = delivery
        self.interval = interval
        self.folder = folder
        self.logger = logger
    }
}
