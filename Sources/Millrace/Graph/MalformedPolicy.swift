/// What a source does with input that cannot be decoded as a record.
///
/// ```swift
/// let broken = graph.sideOutput("broken", of: MalformedInput.self)
/// graph.source(.csvFiles(in: "flights", decoding: Flight.self), malformed: .deadLetter(to: broken))
/// broken.stream.map { "\($0.place): \($0.reason)" }.sink(.lines(directory: "out/broken"))
/// ```
public enum MalformedPolicy: Sendable {
    /// The pipeline stops with a ``MalformedRecord`` error that names the place and the reason. It is not restarted.
    case fail
    /// The input is dropped and counted in ``PipelineStatus/skipped``.
    case skip
    /// The input is sent to a side output, and counted in ``PipelineStatus/deadLettered``.
    case deadLetter(to: SideOutput<MalformedInput>)

    /// Adds an edge from the source with this policy to its side output, if it has one.
    @usableFromInline
    func link(from producer: OperatorNode) { if case .deadLetter(let side) = self { side.link(from: producer) } }
}

/// An error for input that cannot be decoded, thrown under the policy ``MalformedPolicy/fail``.
///
/// The pipeline is not restarted after it, because the same input would fail again.
///
/// ```swift
/// do {
///     try await pipeline.run(options)
/// } catch PipelineError.failed(_, _, _, let cause as MalformedRecord) {
///     print("\(cause.input.place): \(cause.input.reason), in '\(cause.input.excerpt)'")
/// }
/// ```
public struct MalformedRecord: PermanentFailure, CustomStringConvertible, Sendable {
    /// The input, its place and the reason.
    public let input: MalformedInput

    @usableFromInline
    init(input: MalformedInput) { self.input = input }

    public var description: String {
        "\(input.place): \(input.reason). Fix the input, or give the source malformed: .skip or .deadLetter(to:)"
    }
}

/// An error for a record without an event time, thrown under the policy ``ErrorPolicy/fail``.
///
/// The pipeline is not restarted after it, because the record would lack its event time again.
///
/// ```swift
/// do {
///     try await pipeline.run(options)
/// } catch PipelineError.failed(let operatorID, let partition, let position, is MissingEventTime) {
///     print("\(operatorID) has a record without event time at \(position) of partition \(partition)")
/// }
/// ```
public struct MissingEventTime: PermanentFailure, CustomStringConvertible, Sendable {
    @usableFromInline
    init() {}
    public var description: String {
        "the record has no event time: give the source missingEventTime: .skip or .deadLetter(to:), or fix the input"
    }
}
