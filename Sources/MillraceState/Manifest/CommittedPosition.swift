/// Where a source partition was at a checkpoint.
public struct CommittedPosition: Sendable, Hashable {
    /// The source operator.
    public let operatorID: String
    /// The partition.
    public let partition: PartitionID
    /// The position as its codec wrote it.
    public let position: [UInt8]

    /// All three.
    public init(operatorID: String, partition: PartitionID, position: [UInt8]) {
        self.operatorID = operatorID
        self.partition = partition
        self.position = position
    }
}
