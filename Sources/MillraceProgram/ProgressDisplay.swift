import Foundation
import Millrace
import Synchronization

/// Shows the progress of a run on standard error: a line that is updated on a terminal, and otherwise a new line every
/// five seconds.
final class ProgressDisplay: Sendable {
    private let isTerminal = isatty(2) == 1
    private let last = Mutex<(elapsed: Duration, records: UInt64, shown: Duration?)>((.zero, 0, nil))

    /// The minimum time between two lines if standard error is not a terminal.
    private static let plainInterval = Duration.seconds(5)

    /// Shows `status` if a line is due.
    func show(_ status: PipelineStatus) {
        let rate = last.withLock { last -> Double? in
            let span = (status.elapsed - last.elapsed).inSeconds
            let isDue =
                isTerminal || status.isFinished || last.shown.map { status.elapsed - $0 >= Self.plainInterval } ?? true
            guard isDue else { return nil }
            let over = status.isFinished ? status.elapsed.inSeconds : span
            let count = status.isFinished ? status.records : status.records - min(last.records, status.records)
            last = (status.elapsed, status.records, status.elapsed)
            return over > 0 ? Double(count) / over : 0
        }
        guard let rate else { return }
        let line = text(status, rate)
        let ending = isTerminal ? (status.isFinished ? "\u{1b}[K\n" : "\u{1b}[K\r") : "\n"
        StandardStream.error.say(line + ending)
    }

    private func text(_ status: PipelineStatus, _ rate: Double) -> String {
        var parts = ["\(grouped(Double(status.records))) records", "\(grouped(rate))/s"]
        if let fraction = status.fraction { parts.append(String(format: "%.0f%%", fraction * 100)) }
        parts.append("event time \(status.watermark)")
        parts.append("checkpoint \(status.checkpoint)")
        if status.late > 0 { parts.append("\(status.late) late") }
        if status.skipped > 0 { parts.append("\(status.skipped) skipped") }
        if status.restarts > 0 { parts.append("\(status.restarts) restarts") }
        if let held = status.partitions.first(where: { $0.holdsBackEventTimeFor != nil }) {
            parts.append("event time waits for partition \(held.partition), which is silent")
        }
        return parts.joined(separator: " · ")
    }

    private func grouped(_ number: Double) -> String {
        var digits = String(Int64(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }
}
