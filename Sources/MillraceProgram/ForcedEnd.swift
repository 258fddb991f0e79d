import Dispatch
import Foundation
import Millrace
import Synchronization

/// Terminates the process without waiting for its tasks, on a thread that they cannot block: at the second SIGTERM or
/// SIGINT, or when a run that was stopped has exceeded its time limit.
final class ForcedEnd: Sendable {
    private let stop: PipelineStop
    private let limit: Duration?
    private let signals = Mutex(0)
    private let queue: DispatchQueue
    /// `nonisolated(unsafe)`: Dispatch sources may be cancelled from any thread, and nothing else is done with them.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// The additional time after the run's own limit, which should take effect first.
    private static let grace = Duration.seconds(5)

    /// - Parameter limit: The time that the run has to end after a stop request; `nil` for no limit.
    init(_ stop: PipelineStop, limit: Duration?) {
        self.stop = stop
        self.limit = limit
        let queue = DispatchQueue(label: "millrace.signals", qos: .userInitiated)
        self.queue = queue
        sources = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        for source in sources {
            source.setEventHandler { [weak self] in self?.note() }
            source.activate()
        }
    }

    /// Stops handling signals at the end of the run.
    func withdraw() { for source in sources { source.cancel() } }

    private func note() {
        let count = signals.withLock { count in
            count += 1
            return count
        }
        if count > 1 { giveUp("a second signal") }
        stop.request()
        guard let limit else { return }
        let milliseconds = Int(min(limit + Self.grace, .seconds(1 << 30)) / .milliseconds(1))
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            self?.giveUp("the run has not ended in time")
        }
    }

    private func giveUp(_ cause: String) {
        let holdUps = stop.waitsFor
        Self.end(
            "error: \(cause): ended at once, without waiting for \(holdUps.isEmpty ? "the rest" : holdUps.joined(separator: "; ")). The stored checkpoints are intact, and the next run continues from the last one"
        )
    }

    /// Prints a message and terminates the process with exit code 1.
    static func end(_ message: String) -> Never {
        StandardStream.error.say(message + "\n")
        _exit(1)
    }
}
