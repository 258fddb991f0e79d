/// How long a task has had its thread. Swift's threads are as few as the processors, and a task that always finds work
/// would keep one for ever: the coordinator, and with it checkpoints, status and shutdown, would never get a turn.
struct TaskTurn {
    private var began: Duration

    /// Other tasks get a turn after this.
    static let length = Duration.milliseconds(5)

    init(began: Duration) { self.began = began }

    /// Whether the turn is over; if so, the next one has begun.
    mutating func isOver(_ now: Duration) -> Bool {
        guard now - began >= Self.length else { return false }
        began = now
        return true
    }
}
