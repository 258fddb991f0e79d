/// A strategy by which a source derives watermarks from the event times of the records in each partition.
///
/// ```swift
/// graph.source(.jsonLines(in: "events", decoding: Event.self),
///              eventTime: \.at,
///              watermarks: .boundedOutOfOrder(by: .seconds(10), idleTimeout: .seconds(5)))
/// ```
///
/// Watermarks are computed per partition, from the greatest event time seen in it. They are part of each checkpoint.
///
/// Restart: each partition continues from its watermark in the checkpoint.
public struct WatermarkStrategy: Hashable, Sendable {
    /// How much earlier than the greatest time seen a record may be without being late, in milliseconds.
    package let boundMilliseconds: Int64
    /// How long a partition may have no records before it is idle and the others stop waiting for it; `nil`: they wait
    /// indefinitely.
    package let idleTimeout: Duration?
    /// How event time behaves while every partition is idle.
    package private(set) var whenIdle = IdleTime.stands
    /// How far a partition may be ahead of the slowest aligned partition; `nil`: it does not wait.
    package private(set) var alignment: Duration?
    /// The watermark function of `custom`; `nil` for the other strategies.
    package let own: CustomWatermark?

    /// How event time behaves while every partition is idle.
    public enum IdleTime: Sendable, Hashable {
        /// It does not advance.
        case stands
        /// It advances with the clock from the moment at which the partition became idle. The last windows fire without
        /// further records. Records that arrive afterwards are late if their event time is at or before the advanced
        /// watermark.
        case advancesWithClock
    }

    package init(boundMilliseconds: Int64, idleTimeout: Duration?, own: CustomWatermark? = nil) {
        self.boundMilliseconds = boundMilliseconds
        self.idleTimeout = idleTimeout
        self.own = own
    }

    /// Returns a strategy for partitions whose event times never decrease: the watermark is the greatest time seen less
    /// 1 ms.
    ///
    /// - Parameter idleTimeout: how long a partition may have no records before it is idle and no longer holds event
    ///   time back. Default: `nil`, never.
    public static func monotonic(idleTimeout: Duration? = nil) -> WatermarkStrategy {
        WatermarkStrategy(boundMilliseconds: 0, idleTimeout: idleTimeout)
    }

    /// Returns a strategy for partitions whose records may be out of order: the watermark is the greatest time seen
    /// less `bound` less 1 ms.
    ///
    /// - Parameters:
    ///   - bound: how much earlier than the greatest time seen in its partition a record may be without being late.
    ///   - idleTimeout: how long a partition may have no records before it is idle and no longer holds event time back.
    ///     Default: `nil`, never.
    public static func boundedOutOfOrder(by bound: Duration, idleTimeout: Duration? = nil) -> WatermarkStrategy {
        WatermarkStrategy(boundMilliseconds: bound.wholeMilliseconds, idleTimeout: idleTimeout)
    }

    /// Returns a strategy that computes the watermark with a function, which is called after each batch.
    ///
    /// ```swift
    /// // Nobody's clock is more than a minute behind, whatever the records say.
    /// .custom("clock less a minute") { greatest, now in now.advanced(by: .minutes(-1)) }
    /// ```
    ///
    /// - Parameters:
    ///   - name: the strategy's name in the printed graph, by which custom strategies are compared.
    ///   - idleTimeout: how long a partition may have no records before it is idle and no longer holds event time back.
    ///     Default: `nil`, never.
    ///   - watermark: computes the watermark from the greatest event time seen in the partition (`nil` before the first
    ///     record) and the current processing time. No more records at or before the returned time are expected. It
    ///     returns `nil` while nothing is known. A time before an earlier one has no effect: the watermark never goes
    ///     back.
    public static func custom(
        _ name: String, idleTimeout: Duration? = nil,
        _ watermark: @escaping @Sendable (_ greatest: Timestamp?, _ now: Timestamp) -> Timestamp?
    ) -> WatermarkStrategy {
        WatermarkStrategy(
            boundMilliseconds: 0, idleTimeout: idleTimeout, own: CustomWatermark(name: name, watermark: watermark))
    }

    /// Returns a copy of the strategy that sets how event time behaves while every partition is idle. Default:
    /// `.stands`.
    ///
    /// - Parameter time: whether event time stands still or advances with the clock. `.advancesWithClock` needs an
    ///   `idleTimeout`.
    public func whenIdle(_ time: IdleTime) -> WatermarkStrategy {
        var copy = self
        copy.whenIdle = time
        return copy
    }

    /// Returns a copy of the strategy in which partitions wait for the slowest one, so that less data is buffered for
    /// it.
    ///
    /// A partition that is more than `distance` ahead of the slowest one in event time is not read until the slowest
    /// one catches up. All aligned partitions of all sources of the pipeline are compared. Idle and ended partitions do
    /// not hold the others back.
    ///
    /// - Parameter distance: how far, in event time, a partition may be ahead of the slowest one.
    public func aligned(within distance: Duration) -> WatermarkStrategy {
        var copy = self
        copy.alignment = distance
        return copy
    }
}

extension WatermarkStrategy: CustomStringConvertible {
    /// The strategy in words, for the printed graph.
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

/// A named watermark function. Two are equal if their names are.
@usableFromInline
package struct CustomWatermark: Sendable, Hashable {
    package let name: String
    package let watermark: @Sendable (Timestamp?, Timestamp) -> Timestamp?

    @usableFromInline
    package static func == (left: CustomWatermark, right: CustomWatermark) -> Bool { left.name == right.name }
    @usableFromInline
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
