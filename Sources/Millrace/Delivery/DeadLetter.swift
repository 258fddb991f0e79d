/// A record given up on, with its reason.
public struct DeadLetter<Record: Sendable>: Sendable {
    /// The record.
    public var record: Record
    /// Why it was given up: up to 4,096 bytes, without U+0000, so that it can be stored anywhere.
    public var reason: String
    /// The operator that gave up on it.
    public var operatorID: String
    /// How often it was tried.
    public var attempts: Int
    /// The source partition that it came from; empty if it is not known.
    public var partition: String
    /// Where in the partition, or shortly before it.
    public var position: String
    /// When it was given up, by the clock.
    public var givenUpAt: Timestamp

    /// All parts.
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
