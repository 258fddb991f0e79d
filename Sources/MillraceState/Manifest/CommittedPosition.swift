/// The position of a source partition in a checkpoint.
///
/// A transactional output receives all of them, and decodes them with the type of the source's positions:
///
/// ```swift
/// func commit(_ checkpoint: CheckpointNumber, _ positions: [CommittedPosition]) throws {
///     for entry in positions where entry.operatorID == "flights" {
///         let position = try entry.position.withUnsafeBytes { bytes in
///             var reader = ByteReader(bytes)
///             return try FilePosition.decode(from: &reader)
///         }
///         print("\(entry.partition): \(position)")      // 2013-01.csv: line 17 (byte 1402)
///     }
/// }
/// ```
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
