import Synchronization

/// A rate limit over all tasks of an operator: each reserves the next free interval.
final class RateLimiter: Sendable {
    private let nextFree = Mutex<Duration?>(nil)
    private let secondsPerRecord: Double

    init(recordsPerSecond: Double) { secondsPerRecord = 1 / recordsPerSecond }

    /// Returns when `count` records that are ready at `now` may be passed on.
    func reserve(_ count: Int, now: Duration) -> Duration {
        nextFree.withLock { nextFree in
            let start = max(nextFree ?? now, now)
            nextFree = start + .seconds(Double(count) * secondsPerRecord)
            return start
        }
    }
}
