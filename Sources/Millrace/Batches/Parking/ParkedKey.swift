/// The number of a key's records that are in a retry topic or among the dead letters. Pure.
@usableFromInline
struct ParkedKey: BitwiseState, Equatable {
    /// The outcome of a record.
    enum Ending {
        case succeeded
        case sentBack
        case dead
    }

    /// Records in a retry topic.
    private(set) var retrying: Int32 = 0
    /// Records among the dead letters.
    private(set) var dead: Int32 = 0

    @usableFromInline
    init() {}

    @usableFromInline
    var isEmpty: Bool { retrying == 0 && dead == 0 }

    /// Returns why a record is not to be tried now, or `nil` if it is. A record that arrives for the first time is sent
    /// after those that are away, to the same place, so that it stays after them.
    func objection(to arrival: RecordArrival) -> KeyParked? {
        switch arrival {
        case .first: isEmpty ? nil : KeyParked(isDead: retrying == 0)
        // The records before it have become dead letters meanwhile.
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
