/// The number of a checkpoint: 1 for a pipeline's first, rising by one, over restarts too.
public struct CheckpointNumber: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The number.
    public let value: UInt64

    /// Checkpoint `value`.
    public init(_ value: UInt64) { self.value = value }

    /// Before the first.
    public static var none: CheckpointNumber { CheckpointNumber(0) }
    /// The one after this.
    public var next: CheckpointNumber { CheckpointNumber(value + 1) }

    public static func < (left: CheckpointNumber, right: CheckpointNumber) -> Bool { left.value < right.value }
    public var description: String { "\(value)" }
}
