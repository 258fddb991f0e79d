import Logging
import Synchronization

/// Logs the failures in an operator: each reason once in ten minutes, and a limited number of reasons. Shared by the
/// operator's tasks. The metrics have the number of failures.
final class FailureLog: Sendable {
    private struct State {
        var said: [String: Duration] = [:]
        var isFull = false
        /// Since when every batch has failed, and the number of failed attempts since then.
        var outage: (since: Duration, attempts: Int)?
    }

    private static let memory = Duration.minutes(10)
    private static let distinctReasons = 20

    private let state = Mutex(State())

    /// Notes that a batch failed as a whole.
    func wholeFailed(_ reason: String, of operatorID: String, now: Duration, _ logger: Logger) {
        state.withLock { $0.outage = ($0.outage?.since ?? now, ($0.outage?.attempts ?? 0) + 1) }
        say("\(operatorID): a batch failed: \(reason)", about: reason, now, logger)
    }

    /// Notes that a record failed.
    func recordFailed(_ reason: String, of operatorID: String, now: Duration, _ logger: Logger) {
        say("\(operatorID): a record failed: \(reason)", about: reason, now, logger)
    }

    /// Notes that a batch succeeded, at least in part.
    func wentThrough(_ operatorID: String, now: Duration, _ logger: Logger) {
        let outage = state.withLock { state in
            defer { state.outage = nil }
            return state.outage
        }
        guard let outage, outage.attempts > 1 else { return }
        logger.notice(
            "\(operatorID): batches go through again, after \(now - outage.since) and \(outage.attempts) attempts that failed"
        )
    }

    private func say(_ message: String, about reason: String, _ now: Duration, _ logger: Logger) {
        enum Saying { case it, thatThereAreMore, nothing }
        let saying = state.withLock { state -> Saying in
            if let last = state.said[reason], now - last < Self.memory { return .nothing }
            if state.said.count >= Self.distinctReasons {
                state.said = state.said.filter { now - $0.value < Self.memory }
                if state.said.count >= Self.distinctReasons {
                    defer { state.isFull = true }
                    return state.isFull ? .nothing : .thatThereAreMore
                }
                state.isFull = false
            }
            state.said[reason] = now
            return .it
        }
        switch saying {
        case .it: logger.warning("\(message)")
        case .thatThereAreMore:
            logger.warning("\(message) (further reasons are left out of the log for some minutes)")
        case .nothing: break
        }
    }
}
