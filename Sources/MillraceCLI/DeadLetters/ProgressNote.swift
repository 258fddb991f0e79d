import Foundation
import Millrace

/// Shows the progress of a long command on standard error: on a terminal, one line that is updated every second;
/// otherwise a new line every 5 s. Short commands show nothing.
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

    /// Writes a permanent line.
    mutating func say(_ text: String) {
        end()
        Self.write(text + "\n")
    }

    /// Clears the updated line.
    mutating func end() {
        if isLineOpen { Self.write("\u{1b}[K") }
        isLineOpen = false
    }

    private static func write(_ text: String) { StandardStream.error.say(text) }
}
