/// What an operator does with a record for which its closure throws an error.
///
/// ```swift
/// .map(onError: .skip) { try parse($0) }
/// .map(onError: .deadLetter(to: rejected)) { try parse($0) }     // rejected: graph.sideOutput("rejected", ...)
/// ```
public enum ErrorPolicy<Record: Sendable>: Sendable {
    /// The operator fails. The pipeline restarts from its last checkpoint as its restart strategy allows, and finally
    /// stops with an error that names the operator, partition, position and cause.
    case fail
    /// The record is dropped and counted in ``PipelineStatus/skipped``.
    case skip
    /// The record is sent to a side output together with the error, and counted in ``PipelineStatus/deadLettered``.
    case deadLetter(to: SideOutput<DeadLetter<Record>>)

    /// Adds an edge from the operator with this policy to its side output, if it has one.
    @usableFromInline
    func link(from producer: OperatorNode) { if case .deadLetter(let side) = self { side.link(from: producer) } }

    @usableFromInline
    var isFail: Bool { if case .fail = self { true } else { false } }
}
