/// How many records of a key are away. Pure.
@usableFromInline
struct ParkedKey: BitwiseState, Equatable {
    /// What became of a record.
    enum Ending {
        case succeeded
        case sentBack
        case dead
    }

    /// On their way through a retry topic.
    private(set) var retrying: Int32 = 0
    /// Among the dead letters.
    private(set) var dead: Int32 = 0

    @usableFromInline
    init() {}

    @usableFromInline
    var isEmpty: Bool { retrying == 0 && dead == 0 }

    /// Why a record is not to be handed over now; `nil`: it is. One that comes for the first time follows those that are
    /// away the way they went, so that it stays behind them there.
    func objection(to arrival: RecordArrival) -> KeyParked? {
        switch arrival {
        case .first: isEmpty ? nil : KeyParked(isDead: retrying == 0)
        // Those before it are dead by now.
        case .retried: dead > 0 ? KeyParked(isDead: true) : nil
        case .replayed: nil
        }
    }

    mutating func note(_ arrival: RecordArrival, _ ending: Ending) {
        switch arrival {
        case .first: break
        case .retried: retrying = max(0, retrying - 1)
        case .replayed: dead = max(0, dead - 1)
        }
        switch ending {
        case .succeeded: break
        case .sentBack: retrying += 1
        case .dead: dead += 1
        }
    }
}
