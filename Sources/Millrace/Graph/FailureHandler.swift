/// An error policy, prepared for one task.
@usableFromInline
struct FailureHandler<Record: Sendable> {
    @usableFromInline let policy: ErrorPolicy<Record>
    @usableFromInline let operatorID: String
    @usableFromInline let context: TaskContext
    @usableFromInline let deadLetters: Push<DeadLetter<Record>>?

    @inlinable
    init(_ policy: ErrorPolicy<Record>, of node: OperatorNode, in context: TaskContext) {
        self.policy = policy
        operatorID = node.id
        self.context = context
        if case .deadLetter(let side) = policy { deadLetters = side.push(in: context) } else { deadLetters = nil }
    }

    /// Applies the policy to a record for which `error` was thrown: rethrows the error, or drops or diverts the record.
    @inlinable
    @inline(never)
    func handle(_ error: any Error, _ record: Record, _ time: Timestamp, attempts: Int = 1) throws {
        switch policy {
        case .fail: throw OperatorFailure(operatorID: operatorID, cause: error)
        case .skip: context.counters.skipped += 1
        case .deadLetter:
            context.counters.deadLettered += 1
            try deadLetters?(letter(for: record, error, attempts: attempts), time)
        }
    }

    @usableFromInline
    func letter(for record: Record, _ error: any Error, attempts: Int) -> DeadLetter<Record> {
        DeadLetter(
            record: record, reason: FailureReason.storable(error), operatorID: operatorID, attempts: attempts,
            partition: context.origin.partition, position: context.origin.position,
            givenUpAt: context.run.options.clock.wallTime)
    }
}
