/// Brings the barriers of a task's inputs together: an input that has delivered its barrier is held back until all
/// have, so that no record of the next epoch is worked on before the delta of this one is taken. Pure.
struct BarrierAlignment: Sendable, Equatable {
    /// What to do after a barrier.
    enum Step: Equatable, Sendable {
        /// Hold this input back; others are still to come.
        case wait
        /// All inputs have delivered: take the delta, pass the barrier on, and let all inputs go.
        case aligned(Barrier)
        /// Not to be: the inputs disagree. The run has to be given up.
        case broken(String)
    }

    private var held: [Bool]
    private var waitingFor: Int
    private var barrier: Barrier?

    init(inputs: Int) {
        held = Array(repeating: false, count: inputs)
        waitingFor = inputs
    }

    /// Whether nothing is to be taken from an input.
    func isHeldBack(_ input: Int) -> Bool { held[input] }

    /// Whether some inputs have delivered a barrier and others have not.
    var isAligning: Bool { barrier != nil }

    /// An input has delivered a barrier.
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
