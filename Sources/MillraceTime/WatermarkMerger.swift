/// The watermark of a task with several inputs: the minimum over the inputs that are not idle.
///
/// Rules (each has a test with its timeline):
/// - The result never goes back, even if an idle input becomes active again with an older watermark.
/// - Idle inputs are left out. If all inputs are idle, the greatest of their watermarks counts, so that time advances
///   to where they stopped, and the result is idle too.
/// - An ended input no longer holds back the others. If all inputs have ended, so has the result.
@usableFromInline
package struct WatermarkMerger: Sendable {
    private var inputs: [Watermark]
    package private(set) var current: Watermark
    /// The greatest time of any input before it ended.
    package private(set) var last: Timestamp

    package init(inputs count: Int, restored: Timestamp = .distantPast) {
        last = restored
        inputs = Array(repeating: .start, count: count)
        current = Watermark(time: restored)
    }

    /// Updates the watermark of input `index`. Returns the merged watermark if it changed.
    package mutating func update(_ watermark: Watermark, of index: Int) -> Watermark? {
        var watermark = watermark
        watermark.time = max(watermark.time, inputs[index].time)
        guard watermark != inputs[index] else { return nil }
        inputs[index] = watermark
        if !watermark.isEnd { last = max(last, watermark.time) }
        let merged = merge()
        guard merged != current else { return nil }
        current = merged
        return merged
    }

    private func merge() -> Watermark {
        var least = Timestamp.distantFuture
        var greatest = Timestamp.distantPast
        var anyActive = false
        var allEnded = true
        for input in inputs {
            greatest = max(greatest, input.isEnd ? .distantPast : input.time)
            if input.isEnd { continue }
            allEnded = false
            if input.isIdle { continue }
            anyActive = true
            least = min(least, input.time)
        }
        if allEnded { return .end }
        let time = anyActive ? least : greatest
        return Watermark(time: max(time, current.time), isIdle: !anyActive)
    }
}
