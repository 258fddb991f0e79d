/// Converts a dead letter to the record that is sent for it.
struct ReplayPreparation {
    let target: ReplayTarget
    let through: ThroughCommand?

    enum Outcome {
        case record(ReplayedRecord)
        /// The dead letter is not sent.
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
            // A null value for which the command writes nothing stays null; it does not become an empty value.
            let isStillNull = letter.value == nil && value.isEmpty
            return .record(ReplayedRecord(letter, to: topic, value: isStillNull ? nil : value))
        }
    }
}
