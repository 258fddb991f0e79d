import Synchronization

/// The watermarks of the aligned source tasks of an attempt.
final class WatermarkBoard: Sendable {
    private struct Entry {
        var time = Int64.min
        /// Idle and ended tasks hold no other task back.
        var counts = true
    }

    private let entries: Mutex<[Int: Entry]>

    /// - Parameter tasks: the numbers of the aligned tasks.
    init(tasks: [Int]) {
        entries = Mutex(Dictionary(uniqueKeysWithValues: tasks.map { ($0, Entry()) }))
    }

    /// Notes the watermark of a task. Returns whether it is more than `distance` ahead of the slowest task.
    func note(_ watermark: Watermark, of task: Int, within distance: Duration) -> Bool {
        entries.withLock { entries in
            entries[task] = Entry(time: watermark.time.milliseconds, counts: !watermark.isIdle && !watermark.isEnd)
            guard let least = entries.values.filter(\.counts).map(\.time).min() else { return false }
            let (limit, overflow) = least.addingReportingOverflow(distance.wholeMilliseconds)
            return !overflow && watermark.time.milliseconds > limit && !watermark.isEnd
        }
    }
}
