/// Aligns the barriers of a task's inputs: an input that has delivered its barrier is blocked until all inputs have, so
/// that no record of the next epoch is processed before the snapshot of this one. Pure.
struct BarrierAlignment: Sendable, Equatable {
    /// What to do after a barrier.
    enum Step: Equatable, Sendable {
        /// Block this input; barriers of other inputs are still missing.
        case wait
        /// All inputs have delivered the barrier: take the snapshot, send the barrier on, and unblock all inputs.
        case aligned(Barrier)
        /// The inputs have sent different barriers, which is a bug; the run fails.
        case broken(String)
    }

    private var held: [Bool]
    private var waitingFor: Int
    private var barrier: Barrier?

    init(inputs: Int) {
        held = Array(repeating: false, count: inputs)
        waitingFor = inputs
    }

    /// Whether the input is blocked.
    func isHeldBack(_ input: Int) -> Bool { held[input] }

    /// Whether some inputs have delivered a barrier and others have not.
    var isAligning: Bool { barrier != nil }

    /// Notes that an input has delivered a barrier.
    mutating func receive(_ barrier: Barrier, from input: Int) -> Step {
        if held[input] { return .broken("input \(input) sent barrier \(barrier.checkpoint) while held back") }
        if let expected = self.barrier, expected != barrier {
            return .broken(
                "input \(input) sent barrier \(barrier.checkpoint), the others sent \(expected.checkpoint)")
        }
        self.barrier = barrier
        held[input] = true
        waitingFor -= 1
        guard waitingFor == 0 else { return .wait }
        self.barrier = nil
        waitingFor = held.count
        for index in held.indices { held[index] = false }
        return .aligned(barrier)
    }
}
