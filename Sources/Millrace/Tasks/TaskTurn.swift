/// Measures how long a task has occupied its thread. Swift's thread pool has as many threads as processors, and a task
/// that always finds work would keep one permanently: the coordinator, and with it checkpoints, status and shutdown,
/// would never run.
struct TaskTurn {
    private var began: Duration

    /// A task yields to others after this time.
    static let length = Duration.milliseconds(5)

    init(began: Duration) { self.began = began }

    /// Whether the time is over; if so, a new turn begins.
    mutating func isOver(_ now: Duration) -> Bool {
        guard now - began >= Self.length else { return false }
        began = now
        return true
    }
}
