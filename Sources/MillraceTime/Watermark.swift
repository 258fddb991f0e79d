/// Progress of event time on one input: a promise that nothing at or before `time` will come any more, or that the
/// input is idle and is not to be waited for.
///
/// Idleness is a value beside the time, not a magic time: an idle input keeps its last promise and takes it up again
/// when it wakes, so time never jumps back.
@frozen
public struct Watermark: Hashable, Sendable, Codable {
    /// Nothing at or before this time will come any more.
    public var time: Timestamp
    /// The input has been silent for its idle time-out; the others need not wait for it.
    public var isIdle: Bool

    /// A watermark at `time`.
    @inlinable
    public init(time: Timestamp, isIdle: Bool = false) {
        self.time = time
        self.isIdle = isIdle
    }

    /// Before anything was seen.
    @inlinable
    public static var start: Watermark { Watermark(time: .distantPast) }

    /// The input has ended: everything that was to come has come.
    @inlinable
    public static var end: Watermark { Watermark(time: .distantFuture) }

    /// Whether this says that the input has ended.
    @inlinable
    public var isEnd: Bool { time == .distantFuture }
}

extension Watermark: CustomStringConvertible {
    /// The time, with a mark if idle.
    public var description: String { isIdle ? "\(time) (idle)" : "\(time)" }
}
