import Foundation
import Millrace

/// Says now and then on standard error how far a long run is: a line that changes on a terminal, a line every few seconds
/// elsewhere. Short runs are silent.
struct ProgressNote {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = ContinuousClock.now
    private var isLineOpen = false

    private var interval: Duration { isTerminal ? .seconds(1) : .seconds(5) }

    mutating func show(_ text: @autoclosure () -> String) {
        let now = ContinuousClock.now
        guard now - shown >= interval else { return }
        shown = now
        isLineOpen = isTerminal
        Self.write(text() + (isTerminal ? "\u{1b}[K\r" : "\n"))
    }

    /// A line that stays.
    mutating func say(_ text: String) {
        end()
        Self.write(text + "\n")
    }

    /// Removes the line that changes.
    mutating func end() {
        if isLineOpen { Self.write("\u{1b}[K") }
        isLineOpen = false
    }

    private static func write(_ text: String) { StandardStream.error.say(text) }
}
