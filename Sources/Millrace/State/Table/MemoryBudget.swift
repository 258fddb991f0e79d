/// How much memory the tables of one task may take. They ask before they grow, and make room first if they can.
@usableFromInline
final class MemoryBudget {
    /// Bytes.
    let limit: Int
    /// Bytes taken by all tables of the task.
    private(set) var used = 0
    /// Set when a table had to grow beyond the limit because too much of it waits for a checkpoint.
    private(set) var isUnderPressure = false

    init(limit: Int) {
        self.limit = limit
    }

    @usableFromInline
    func take(_ bytes: Int) { used += bytes }

    @usableFromInline
    func giveBack(_ bytes: Int) { used -= bytes }

    @usableFromInline
    func allows(_ extra: Int) -> Bool { used + extra <= limit }

    @usableFromInline
    func notePressure() { isUnderPressure = true }

    /// Whether a checkpoint is wanted soon; asked once per batch.
    func takePressure() -> Bool {
        defer { isUnderPressure = false }
        return isUnderPressure
    }
}
