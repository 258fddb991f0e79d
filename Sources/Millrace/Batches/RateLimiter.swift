import Synchronization

/// Spaces out what all tasks of an operator hand over: each takes the next free stretch of time.
final class RateLimiter: Sendable {
    private let nextFree = Mutex<Duration?>(nil)
    private let secondsPerRecord: Double

    init(recordsPerSecond: Double) { secondsPerRecord = 1 / recordsPerSecond }

    /// When `count` records may be handed over that were ready at `now`.
    func reserve(_ count: Int, now: Duration) -> Duration {
        nextFree.withLock { nextFree in
            let start = max(nextFree ?? now, now)
            nextFree = start + .seconds(Double(count) * secondsPerRecord)
            return start
        }
    }
}
