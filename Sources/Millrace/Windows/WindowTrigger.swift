/// Determines when a window emits results, and what each result includes.
///
/// ```swift
/// .window(.tumbling(of: .hours(1))).trigger(.early(every: .seconds(10)))          // a preview every 10 s by the clock
/// .window(.tumbling(of: .hours(1)), allowedLateness: .minutes(5)).trigger(.final) // one result, when nothing can change it
/// ```
///
/// By default a window emits a result when the watermark reaches its end, and again for each late record within the
/// allowed lateness.
public struct WindowTrigger: Sendable, Hashable {
    /// The interval, by the clock, at which results are emitted before the window's end, for keys that have changed.
    /// Default: `nil`, no such results.
    public var earlyInterval: Duration?
    /// The number of records of a key after each of which a result is emitted before the window's end. Default: `nil`,
    /// no such results.
    public var recordCount: Int?
    /// Whether a window emits a single result, after the allowed lateness, when nothing can change it. Default: false.
    public var isFinalOnly = false
    /// Whether a result includes only records since the previous result of its key and window, instead of all. Default:
    /// false.
    public var discards = false

    /// Emits a result when the watermark reaches the window's end, and again for each late record within the allowed
    /// lateness.
    public static var atWatermark: WindowTrigger { WindowTrigger() }

    /// Additionally emits results before the window's end, at an interval of the clock, for keys that have changed.
    ///
    /// Restart: early results may be missing or repeated; the result at the window's end is not affected.
    ///
    /// - Parameter interval: the interval; at least a millisecond.
    /// - Returns: the trigger.
    public static func early(every interval: Duration) -> WindowTrigger {
        var trigger = WindowTrigger()
        trigger.earlyInterval = interval
        return trigger
    }

    /// Additionally emits a result before the window's end after every `count` records of a key.
    ///
    /// Only for windows that do not overlap.
    ///
    /// - Parameter count: the number of records; at least one.
    /// - Returns: the trigger.
    public static func every(records count: Int) -> WindowTrigger {
        var trigger = WindowTrigger()
        trigger.recordCount = count
        return trigger
    }

    /// Emits one result for each key and window, after the allowed lateness, when nothing can change it. Kafka Streams
    /// calls this suppression.
    public static var final: WindowTrigger {
        var trigger = WindowTrigger()
        trigger.isFinalOnly = true
        return trigger
    }

    /// Returns the errors in this trigger.
    ///
    /// - Parameter isOneSliceEach: whether each window consists of one slice, that is, windows do not overlap.
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
                !discards || isOneSliceEach, "results with new records only need windows that do not overlap",
                "Leave out .discarding, or use tumbling windows"
            ),
            (
                recordCount == nil || isOneSliceEach,
                "a result after so many records needs windows that do not overlap",
                "Use .early(every:), or tumbling windows"
            ))
    }

    /// The same trigger, with results that include only records since the previous result of their key and window.
    ///
    /// Only for windows that do not overlap.
    public var discarding: WindowTrigger {
        var trigger = self
        trigger.discards = true
        return trigger
    }
}
