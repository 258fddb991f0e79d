/// How a source tells event-time progress from the records of one partition.
///
/// ```swift
/// graph.source(.jsonLines(in: "events", decoding: Event.self),
///              eventTime: \.at,
///              watermarks: .boundedOutOfOrder(by: .seconds(10), idleAfter: .seconds(5)))
/// ```
///
/// Watermarks are made per partition, from the greatest event time seen there. Each checkpoint stores them, so a
/// restart goes on with the same promises.
public struct WatermarkStrategy: Hashable, Sendable {
    /// How much earlier than the greatest time seen a record may still be, in milliseconds.
    let boundMilliseconds: Int64
    /// How long a partition may be silent before the others stop waiting for it; `nil`: they wait for ever.
    let idleAfter: Duration?

    /// Times in a partition never go back: the watermark follows 1 ms behind the greatest time seen.
    public static func monotonic(idleAfter: Duration? = nil) -> WatermarkStrategy {
        WatermarkStrategy(boundMilliseconds: 0, idleAfter: idleAfter)
    }

    /// A record may be up to `bound` earlier than the greatest time seen in its partition: the watermark follows at
    /// `greatest - bound - 1 ms`.
    public static func boundedOutOfOrder(by bound: Duration, idleAfter: Duration? = nil) -> WatermarkStrategy {
        precondition(bound >= .zero, "boundedOutOfOrder(by:) needs a bound that is not negative, got \(bound)")
        return WatermarkStrategy(boundMilliseconds: bound.wholeMilliseconds, idleAfter: idleAfter)
    }
}

extension WatermarkStrategy: CustomStringConvertible {
    /// For the graph's printout.
    public var description: String {
        let bound = boundMilliseconds == 0 ? "monotonic" : "bounded by \(Duration.milliseconds(boundMilliseconds))"
        return idleAfter.map { "\(bound), idle after \($0)" } ?? bound
    }
}
