/// How a source tells event-time progress from the records of one partition.
///
/// ```swift
/// graph.source(.jsonLines(in: "events", decoding: Event.self),
///              eventTime: \.at,
///              watermarks: .boundedOutOfOrder(by: .seconds(10), idleTimeout: .seconds(5)))
/// ```
///
/// Watermarks are made per partition, from the greatest event time seen there. Each checkpoint stores them, so a
/// restart goes on with the same promises.
public struct WatermarkStrategy: Hashable, Sendable {
    /// How much earlier than the greatest time seen a record may still be, in milliseconds.
    package let boundMilliseconds: Int64
    /// How long a partition may be silent before the others stop waiting for it; `nil`: they wait for ever.
    package let idleTimeout: Duration?
    /// What becomes of time in an idle partition.
    package private(set) var whenIdle = IdleTime.stands
    /// How far this partition may be ahead of the slowest of all aligned ones; `nil`: it does not wait.
    package private(set) var alignment: Duration?
    /// The watermark as a function of its own; see `custom`.
    package let own: CustomWatermark?

    /// What becomes of event time where every partition is idle.
    public enum IdleTime: Sendable, Hashable {
        /// It stands where it was.
        case stands
        /// It goes on with the clock, from when the partition fell idle: the last windows fire, and results that wait for
        /// their window's end come, although no record does. Records that come later than that, by their own time, are
        /// late.
        case advancesWithClock
    }

    package init(boundMilliseconds: Int64, idleTimeout: Duration?, own: CustomWatermark? = nil) {
        self.boundMilliseconds = boundMilliseconds
        self.idleTimeout = idleTimeout
        self.own = own
    }

    /// Times in a partition never go back: the watermark follows 1 ms behind the greatest time seen.
    public static func monotonic(idleTimeout: Duration? = nil) -> WatermarkStrategy {
        WatermarkStrategy(boundMilliseconds: 0, idleTimeout: idleTimeout)
    }

    /// A record may be up to `bound` earlier than the greatest time seen in its partition: the watermark follows at
    /// `greatest - bound - 1 ms`.
    public static func boundedOutOfOrder(by bound: Duration, idleTimeout: Duration? = nil) -> WatermarkStrategy {
        WatermarkStrategy(boundMilliseconds: bound.wholeMilliseconds, idleTimeout: idleTimeout)
    }

    /// A watermark of your own: `watermark` says, after each batch, what will not come any more.
    ///
    /// ```swift
    /// // Nobody's clock is more than a minute behind, whatever the records say.
    /// .custom("clock less a minute") { greatest, now in now.advanced(by: .minutes(-1)) }
    /// ```
    ///
    /// - Parameters:
    ///   - name: for the graph's printout.
    ///   - idleTimeout: after which time without records a partition is idle, and no longer holds event time back.
    ///     Default: `nil`, never.
    ///   - watermark: gets the greatest event time seen in the partition (`nil`: none yet) and the time of day, and
    ///     returns
    ///     a time at or before which nothing will come any more; `nil`: nothing is known yet. It never moves time back.
    public static func custom(
        _ name: String, idleTimeout: Duration? = nil,
        _ watermark: @escaping @Sendable (_ greatest: Timestamp?, _ now: Timestamp) -> Timestamp?
    ) -> WatermarkStrategy {
        WatermarkStrategy(
            boundMilliseconds: 0, idleTimeout: idleTimeout, own: CustomWatermark(name: name, watermark: watermark))
    }

    /// The same, with what becomes of time in idle partitions.
    public func whenIdle(_ time: IdleTime) -> WatermarkStrategy {
        var copy = self
        copy.whenIdle = time
        return copy
    }

    /// The same, where a partition that is further than `distance` ahead, in event time, of the slowest one waits for it, so
    /// that what has to be kept for the slow ones stays small. Counts among all partitions, of all sources of the pipeline,
    /// that are aligned; idle and ended ones do not hold the others back.
    public func aligned(within distance: Duration) -> WatermarkStrategy {
        var copy = self
        copy.alignment = distance
        return copy
    }
}

extension WatermarkStrategy: CustomStringConvertible {
    /// For the graph's printout.
    public var description: String {
        var parts = [
            own?.name
                ?? (boundMilliseconds == 0 ? "monotonic" : "bounded by \(Duration.milliseconds(boundMilliseconds))")
        ]
        if let idleTimeout { parts.append("idle after \(idleTimeout)") }
        if whenIdle == .advancesWithClock { parts.append("then by the clock") }
        if let alignment { parts.append("aligned within \(alignment)") }
        return parts.joined(separator: ", ")
    }
}

/// A watermark as a function; two are equal if their names are.
@usableFromInline
package struct CustomWatermark: Sendable, Hashable {
    package let name: String
    package let watermark: @Sendable (Timestamp?, Timestamp) -> Timestamp?

    @usableFromInline
    package static func == (left: CustomWatermark, right: CustomWatermark) -> Bool { left.name == right.name }
    @usableFromInline
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
