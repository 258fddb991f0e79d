import Dispatch
import Foundation
import Millrace
import Synchronization

/// Ends the process without its tasks, on a thread that they cannot block: at the second SIGTERM or SIGINT, or when a run
/// that was stopped has not ended long after it should have.
final class ForcedEnd: Sendable {
    private let stop: PipelineStop
    private let limit: Duration?
    private let signals = Mutex(0)
    private let queue: DispatchQueue
    /// Unsafe only by name: Dispatch's sources may be cancelled from anywhere, and nothing else is done to them.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// By so much the run's own limit comes first.
    private static let grace = Duration.seconds(5)

    /// - Parameter limit: what the run has for ending; `nil`: no limit.
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

    /// The run is over.
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
            "error: \(cause): ended at once, without waiting for \(holdUps.isEmpty ? "the rest" : holdUps.joined(separator: "; ")). What is stored stands, and the next run goes on from the last checkpoint"
        )
    }

    /// Ends the process as it is.
    static func end(_ message: String) -> Never {
        StandardStream.error.say(message + "\n")
        _exit(1)
    }
}
