/// The name of a partition within its source: a file's name, a topic and number. Stored in checkpoints.
public struct PartitionID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The name.
    public let name: String

    /// A partition called `name`.
    public init(_ name: String) { self.name = name }

    public static func < (left: PartitionID, right: PartitionID) -> Bool { left.name < right.name }
    public var description: String { name }
}
