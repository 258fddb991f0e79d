/// The watermark of a task with several inputs: the minimum over those that are not idle.
///
/// Rules (each has a test with its timeline):
/// - the result never goes back, also when an idle input wakes with an older watermark;
/// - idle inputs step aside; when all are idle, the greatest of them counts, so that time goes on to where they
///   left off, and the result is idle itself;
/// - an input that has ended no longer holds back the others; when all have ended, so has the result.
@usableFromInline
package struct WatermarkMerger: Sendable {
    private var inputs: [Watermark]
    package private(set) var current: Watermark
    /// The greatest time of any input before its end.
    package private(set) var last: Timestamp

    package init(inputs count: Int, restored: Timestamp = .distantPast) {
        last = restored
        inputs = Array(repeating: .start, count: count)
        current = Watermark(time: restored)
    }

    /// Notes `watermark` of input `index`; returns the merged watermark if that changed it.
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
