/// The progress of event time on one input: no more records at or before `time` are expected, or the input is idle and
/// the other inputs do not wait for it.
///
/// Idleness is stored beside the time and not as a special time: an idle input keeps its last watermark and continues
/// from it when it becomes active again, so that time never goes back.
///
/// ```swift
/// options.onStatus = { status in
///     for partition in status.partitions where !partition.watermark.isEnd {
///         print("\(partition.partition): \(partition.watermark)")      // 3: 2013-01-01T05:15:00Z (idle)
///     }
/// }
/// ```
@frozen
public struct Watermark: Hashable, Sendable, Codable {
    /// The time up to which, inclusive, no more records are expected.
    public var time: Timestamp
    /// Whether the input has had no records for its idle timeout, so that the other inputs do not wait for it.
    public var isIdle: Bool

    /// Creates a watermark.
    ///
    /// - Parameters:
    ///   - time: the time up to which, inclusive, no more records are expected.
    ///   - isIdle: whether the input is idle. Default: `false`.
    @inlinable
    public init(time: Timestamp, isIdle: Bool = false) {
        self.time = time
        self.isIdle = isIdle
    }

    /// The watermark of an input before its first record.
    @inlinable
    public static var start: Watermark { Watermark(time: .distantPast) }

    /// The watermark of an input that has ended.
    @inlinable
    public static var end: Watermark { Watermark(time: .distantFuture) }

    /// Whether the input has ended.
    @inlinable
    public var isEnd: Bool { time == .distantFuture }
}

extension Watermark: CustomStringConvertible {
    /// The time, followed by `(idle)` if the input is idle.
    public var description: String { isIdle ? "\(time) (idle)" : "\(time)" }
}
