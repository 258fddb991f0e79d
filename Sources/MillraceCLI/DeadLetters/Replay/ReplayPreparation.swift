/// Makes of a dead letter what is sent for it.
struct ReplayPreparation {
    let target: ReplayTarget
    let through: ThroughCommand?

    enum Outcome {
        case record(ReplayedRecord)
        /// It stays where it is.
        case leftOut(LeftOut)
    }

    struct LeftOut: Equatable {
        let letter: String
        let why: String
    }

    func prepare(_ letter: DeadLetterRecord) throws -> Outcome {
        let topic = try target.topic(of: letter)
        guard let through else { return .record(ReplayedRecord(letter, to: topic, value: letter.value)) }
        switch try through.mend(letter) {
        case .refused(let why): return .leftOut(LeftOut(letter: letter.name, why: why))
        case .value(let value):
            // Nothing, made of nothing, is nothing still, and not an empty value.
            let isStillNull = letter.value == nil && value.isEmpty
            return .record(ReplayedRecord(letter, to: topic, value: isStillNull ? nil : value))
        }
    }
}
