/// The name of a partition within its source, such as a file name, or a topic and a partition number. It is stored in
/// checkpoints.
///
/// ```swift
/// func partitions() -> [PartitionID] { (1...12).map { PartitionID("flights-2013-\($0)") } }
/// ```
public struct PartitionID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The name.
    public let name: String

    /// Creates the identifier of the partition `name`.
    public init(_ name: String) { self.name = name }

    public static func < (left: PartitionID, right: PartitionID) -> Bool { left.name < right.name }
    public var description: String { name }
}
