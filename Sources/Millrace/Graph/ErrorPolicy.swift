/// What becomes of a record that an operator cannot work on.
///
/// ```swift
/// .map(onError: .skip) { try parse($0) }
/// .map(onError: .deadLetter(to: rejected)) { try parse($0) }     // rejected: graph.sideOutput("rejected", ...)
/// ```
public enum ErrorPolicy<Record: Sendable>: Sendable {
    /// The pipeline restarts from its last checkpoint under its restart strategy, and at last stops with an error
    /// that names operator, partition, position and cause.
    case fail
    /// The record is left out and counted (`skipped` in the status).
    case skip
    /// The record goes to a side output, with the reason.
    case deadLetter(to: SideOutput<DeadLetter<Record>>)

    /// Draws the edge to the side output, if there is one, from the operator that has this policy.
    @usableFromInline
    func link(from producer: OperatorNode) { if case .deadLetter(let side) = self { side.link(from: producer) } }

    @usableFromInline
    var isFail: Bool { if case .fail = self { true } else { false } }
}
