import Foundation

/// A clock that reads the machine's clocks: a monotonic one for durations, and the wall clock for processing time.
///
/// ```swift
/// let clock = SystemClock()
/// let begin = clock.now
/// try await pipeline.run(RunOptions(clock: clock))
/// print("The run ended at \(clock.wallTime), after \(clock.now - begin).")
/// ```
public struct SystemClock: PipelineClock {
    private static let origin = ContinuousClock.now

    /// Creates a system clock.
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
