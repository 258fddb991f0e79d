/// What becomes of input that is not a record.
public enum MalformedPolicy: Sendable {
    /// The pipeline ends, without a restart, with an error that names the place and what was expected.
    case fail
    /// It is left out and counted.
    case skip
    /// It goes to a side output.
    case deadLetter(to: SideOutput<MalformedInput>)

    /// Draws the edge to the side output, if there is one, from the source that has this policy.
    @usableFromInline
    func link(from producer: OperatorNode) { if case .deadLetter(let side) = self { side.link(from: producer) } }
}

/// Input that did not decode, under the policy to fail. The run ends: read again, it would be the same.
public struct MalformedRecord: PermanentFailure, CustomStringConvertible, Sendable {
    /// The input, its place and the reason.
    public let input: MalformedInput

    @usableFromInline
    init(input: MalformedInput) { self.input = input }

    public var description: String {
        "\(input.place): \(input.reason). Mend the input, or give the source malformed: .skip or .deadLetter(to:)"
    }
}

/// A record without an event time. The run ends: read again, it would have none either.
public struct MissingEventTime: PermanentFailure, CustomStringConvertible, Sendable {
    @usableFromInline
    init() {}
    public var description: String {
        "the record has no event time: give the source missingEventTime: .skip or .deadLetter(to:), or mend the input"
    }
}
