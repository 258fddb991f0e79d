/// A record that an operator could not process, together with the reason. Emitted to the side output of
/// ``ErrorPolicy/deadLetter(to:)``.
///
/// ```swift
/// let rejected = graph.sideOutput("rejected", of: DeadLetter<String>.self)
/// lines.map(onError: .deadLetter(to: rejected)) { try parse($0) }
/// rejected.stream
///     .map { "\($0.partition), position \($0.position): \($0.reason), in '\($0.record)'" }
///     .sink(.print())
/// ```
public struct DeadLetter<Record: Sendable>: Sendable {
    /// The record.
    public var record: Record
    /// The description of the error: up to 4,096 bytes of UTF-8 (longer ones are cut), with U+0000 replaced, so that it
    /// can be stored in any database.
    public var reason: String
    /// The name of the operator that failed.
    public var operatorID: String
    /// How often the record was tried.
    public var attempts: Int
    /// The source partition that the record came from; empty if it is not known.
    public var partition: String
    /// The position in the partition, at or shortly before the record; empty if it is not known.
    public var position: String
    /// When the record was diverted, by the run's clock.
    public var givenUpAt: Timestamp

    /// Creates a dead letter. Each parameter sets the property of its name.
    public init(
        record: Record, reason: String, operatorID: String, attempts: Int = 1, partition: String = "",
        position: String = "", givenUpAt: Timestamp = .distantPast
    ) {
        self.record = record
        self.reason = reason
        self.operatorID = operatorID
        self.attempts = attempts
        self.partition = partition
        self.position = position
        self.givenUpAt = givenUpAt
    }
}

extension DeadLetter: Encodable where Record: Encodable {}
extension DeadLetter: Decodable where Record: Decodable {}
extension DeadLetter: Equatable where Record: Equatable {}
extension DeadLetter: Hashable where Record: Hashable {}
