import Logging

/// An output that the writers of several sinks share, such as a transactional producer.
///
/// A transactional output decides whether a checkpoint counts. The store keeps checkpoint n as *prepared*; `commit(n)`
/// then makes the output and a marker visible atomically, and n counts. After a crash in between, `start` returns the
/// number that was committed last, and checkpoint n is kept or discarded accordingly.
///
/// `flush(n)` is called between the last record of epoch n and `commit(n)`. `commit(n)` is called before any writer
/// ends epoch n + 1, so two alternating transactions are sufficient. To keep the order of its records, an output must
/// not send those of epoch n + 1 before `flush(n)` has returned.
///
/// An output without transactions, which a sink returns as its ``Sink/sharedOutput``:
///
/// ```swift
/// final class QueueOutput: SharedOutput {
///     let queue: Queue
///     init(_ queue: Queue) { self.queue = queue }
///
///     var summary: String { "queue \(queue.name)" }
///     var isTransactional: Bool { false }
///
///     func start(_ run: OutputRun) throws -> CommitMarker? {
///         guard try queue.connect(as: run.pipeline) else {
///             throw SinkError("\(summary) does not answer", advice: "Start its broker", isTransient: true)
///         }
///         return nil
///     }
///     func flush(_ checkpoint: CheckpointNumber) throws { try queue.waitForConfirmations() }
///     func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws {}
///     func close() { queue.disconnect() }
/// }
/// ```
public protocol SharedOutput: AnyObject, Sendable {
    /// A short description for messages, such as `Kafka at localhost:9092`.
    var summary: String { get }

    /// Discards what an earlier attempt has left open, and fences off other processes that write as this one. Called
    /// before each attempt, on a thread that may block.
    ///
    /// - Returns: the marker of the last commit; `nil` if there is none, or if the output is not transactional.
    func start(_ run: OutputRun) throws -> CommitMarker?

    /// Begins an attempt whose first epoch ends with `checkpoint`. Called after `start`, before any writer is opened.
    /// Default: does nothing.
    func begin(_ checkpoint: CheckpointNumber)

    /// Whether `commit` decides if a checkpoint counts. Valid after `start`.
    var isTransactional: Bool { get }

    /// Waits until everything written in the epoch that ends with `checkpoint` has been delivered. Throws if it cannot
    /// be.
    func flush(_ checkpoint: CheckpointNumber) throws

    /// Commits the output of an epoch, the positions and a marker with the checkpoint's number in one transaction.
    /// Returns when the commit is certain, and throws if it did not happen.
    ///
    /// - Parameters:
    ///   - checkpoint: the checkpoint that ends the epoch.
    ///   - positions: the positions of all source partitions in the checkpoint.
    func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws

    /// Closes the output. Called when the run has ended.
    func close()
}

extension SharedOutput {
    /// Does nothing.
    public func begin(_ checkpoint: CheckpointNumber) {}
}

/// The run that a shared output is part of, as passed to ``SharedOutput/start(_:)``.
///
/// ```swift
/// func start(_ run: OutputRun) throws -> CommitMarker? {
///     while try !queue.connect(as: run.pipeline, timeout: .seconds(5)) {
///         if run.isStopping() { throw CancellationError() }
///         run.logger.warning("\(run.pipeline) waits for queue \(queue.name)")
///     }
///     return nil
/// }
/// ```
public struct OutputRun: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The delivery guarantee of the run.
    public let delivery: DeliveryGuarantee
    /// The time between two checkpoints; `nil` if only the last one is taken.
    public let interval: Duration?
    /// The identity of the state folder; empty if the run has none.
    public let folder: String
    /// Whether an earlier attempt of this run has started the output.
    public let isRestart: Bool
    /// Whether the run is being stopped. `start` then throws `CancellationError` instead of waiting for a system that
    /// cannot be reached.
    public let isStopping: @Sendable () -> Bool
    /// The logger of the run.
    public let logger: Logger

    /// Creates a run for tests of outputs. Each parameter sets the property of its name.
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
