/// How often each record takes effect outside the pipeline when a run fails. Set for a whole run with
/// ``RunOptions/delivery``, and logged when the run starts.
///
/// Keyed state is part of the checkpoint under every guarantee. The guarantee is about positions and output that are
/// kept in other systems, such as a Kafka source's committed offsets and a Kafka sink's records.
///
/// ```swift
/// try await pipeline.run(RunOptions(checkpoints: .init(directory: "state"), delivery: .atLeastOnce))
/// ```
public enum DeliveryGuarantee: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// A position is committed before its records are processed. A failure loses the records in flight; nothing is
    /// repeated.
    case atMostOnce = "at-most-once"
    /// A position is committed after its records have been processed. A failure repeats the records in flight; nothing
    /// is lost.
    case atLeastOnce = "at-least-once"
    /// Positions, state and output are committed together. A failure neither loses nor repeats records. Kafka output is
    /// written in transactions, and consumers that read with `isolation.level=read_committed` see it once its
    /// checkpoint is complete.
    case exactlyOnce = "exactly-once"

    public var description: String { rawValue }
}
