/// The number of a checkpoint: 1 for a pipeline's first, increasing by one with each checkpoint, also across restarts.
///
/// ```swift
/// let status = try await pipeline.run(options)
/// if status.checkpoint > .none { print("The next run resumes at checkpoint \(status.checkpoint)") }
/// ```
public struct CheckpointNumber: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The number.
    public let value: UInt64

    /// Creates the number `value`.
    public init(_ value: UInt64) { self.value = value }

    /// The number 0, which is before the first checkpoint.
    public static var none: CheckpointNumber { CheckpointNumber(0) }
    /// The number of the next checkpoint.
    public var next: CheckpointNumber { CheckpointNumber(value + 1) }

    public static func < (left: CheckpointNumber, right: CheckpointNumber) -> Bool { left.value < right.value }
    public var description: String { "\(value)" }
}
