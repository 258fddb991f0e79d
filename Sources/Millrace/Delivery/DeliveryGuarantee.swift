/// How often a record may have its effect outside the pipeline, when something fails: chosen for a whole run
/// (`RunOptions.delivery`), printed at its start.
///
/// Keyed state is part of the checkpoint in any case. The guarantee is about positions and output that are kept
/// elsewhere: a Kafka source's committed offsets, a Kafka sink's records.
public enum DeliveryGuarantee: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// A position is committed before its records are worked on: a failure loses what was in work, nothing is repeated.
    case atMostOnce = "at-most-once"
    /// A position is committed after its records have been worked on: a failure repeats what was in work, nothing is
    /// lost.
    case atLeastOnce = "at-least-once"
    /// Positions, state and output are one: a failure loses and repeats nothing. Kafka output is written in
    /// transactions, and seen by readers (`isolation.level=read_committed`) once their checkpoint is complete.
    case exactlyOnce = "exactly-once"

    public var description: String { rawValue }
}
