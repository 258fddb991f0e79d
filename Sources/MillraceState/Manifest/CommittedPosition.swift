/// The position of a source partition in a checkpoint.
public struct CommittedPosition: Sendable, Hashable {
    /// The id of the source operator.
    public let operatorID: String
    /// The partition within the source.
    public let partition: PartitionID
    /// The position as encoded by the source.
    public let position: [UInt8]

    /// Creates a position.
    ///
    /// - Parameters:
    ///   - operatorID: the id of the source operator.
    ///   - partition: the partition within the source.
    ///   - position: the position as encoded by the source.
    public init(operatorID: String, partition: PartitionID, position: [UInt8]) {
        self.operatorID = operatorID
        self.partition = partition
        self.position = position
    }
}
