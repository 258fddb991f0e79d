import Synchronization

/// Where the aligned source tasks of an attempt see how far the others are.
final class WatermarkBoard: Sendable {
    private struct Entry {
        var time = Int64.min
        /// Idle and ended tasks hold nobody back.
        var counts = true
    }

    private let entries: Mutex<[Int: Entry]>

    /// - Parameter tasks: the numbers of the aligned ones.
    init(tasks: [Int]) {
        entries = Mutex(Dictionary(uniqueKeysWithValues: tasks.map { ($0, Entry()) }))
    }

    /// Notes how far a task is; whether it is further than `distance` ahead of the slowest.
    func note(_ watermark: Watermark, of task: Int, within distance: Duration) -> Bool {
        entries.withLock { entries in
            entries[task] = Entry(time: watermark.time.milliseconds, counts: !watermark.isIdle && !watermark.isEnd)
            guard let least = entries.values.filter(\.counts).map(\.time).min() else { return false }
            let (limit, overflow) = least.addingReportingOverflow(distance.wholeMilliseconds)
            return !overflow && watermark.time.milliseconds > limit && !watermark.isEnd
        }
    }
}
