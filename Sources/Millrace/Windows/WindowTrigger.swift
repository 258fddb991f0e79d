/// When a window gives results besides the one at its end, and what a result counts.
///
/// ```swift
/// .window(.tumbling(of: .hours(1))).trigger(.early(every: .seconds(10)))          // a preview every 10 s by the clock
/// .window(.tumbling(of: .hours(1)), allowedLateness: .minutes(5)).trigger(.final) // one result, when nothing can change it
/// ```
public struct WindowTrigger: Sendable, Hashable {
    /// Results before the window's end, of the keys that have changed, so often by the clock; `nil`: none.
    public var earlyInterval: Duration?
    /// A result before the window's end after every so many records of a key; `nil`: none.
    public var recordCount: Int?
    /// Only one result, once nothing can change it: when the allowed lateness is over too.
    public var isFinalOnly = false
    /// Each result counts only what came since the last one of its key and window, instead of all.
    public var discards = false

    /// When the watermark reaches the window's end, and again for each record that comes within the allowed lateness.
    public static var atWatermark: WindowTrigger { WindowTrigger() }

    /// Besides, by the clock, for the keys that have changed.
    public static func early(every interval: Duration) -> WindowTrigger {
        var trigger = WindowTrigger()
        trigger.earlyInterval = interval
        return trigger
    }

    /// Besides, after every so many records of a key.
    public static func every(records count: Int) -> WindowTrigger {
        var trigger = WindowTrigger()
        trigger.recordCount = count
        return trigger
    }

    /// One result a key and window, the last (what Kafka Streams calls suppressing).
    public static var final: WindowTrigger {
        var trigger = WindowTrigger()
        trigger.isFinalOnly = true
        return trigger
    }

    /// What is wrong with it, for windows of which each has a slice of its own, or not.
    func problems(_ isOneSliceEach: Bool) -> [GraphProblem] {
        GraphProblem.unmet(
            (
                earlyInterval.map { $0 >= .milliseconds(1) } ?? true,
                "early results need an interval of at least a millisecond, got \(earlyInterval ?? .zero)",
                "Give .early(every:) a longer one"
            ),
            (
                recordCount.map { $0 >= 1 } ?? true, "results after every \(recordCount ?? 0) records",
                "Give .every(records:) one at least"
            ),
            (
                !discards || isOneSliceEach, "results that count only what is new need windows that do not overlap",
                "Leave out .discarding, or use tumbling windows"
            ),
            (
                recordCount == nil || isOneSliceEach,
                "a result after so many records needs windows that do not overlap",
                "Use .early(every:), or tumbling windows"
            ))
    }

    /// The same, each result counting only what is new.
    public var discarding: WindowTrigger {
        var trigger = self
        trigger.discards = true
        return trigger
    }
}
