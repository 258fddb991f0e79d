import Foundation

/// The clock that a run reads: real in production, set by hand in tests.
///
/// `now` is monotonic, for intervals and deadlines; `wallTime` is processing time as the records see it.
public protocol PipelineClock: Sendable {
    /// Time since some fixed instant; never goes back.
    var now: Duration { get }
    /// Processing time.
    var wallTime: Timestamp { get }
    /// Returns at `deadline` (on `now`'s scale), or throws `CancellationError`.
    func sleep(until deadline: Duration) async throws
}

/// The machine's clocks.
public struct SystemClock: PipelineClock {
    private static let origin = ContinuousClock.now

    /// The machine's clocks.
    public init() {}

    public var now: Duration { Self.origin.duration(to: .now) }

    public var wallTime: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func sleep(until deadline: Duration) async throws {
        try await WakeUp.sleep(for: deadline - now)
    }
}
