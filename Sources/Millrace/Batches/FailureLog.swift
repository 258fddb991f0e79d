import Logging
import Synchronization

/// Says in the log what fails in an operator: each reason once in ten minutes, and only so many of them, however often it
/// happens. Shared by the operator's tasks; how often is for the metrics to say.
final class FailureLog: Sendable {
    private struct State {
        var said: [String: Duration] = [:]
        var isFull = false
        /// Since when nothing at all goes through, and how often it was tried.
        var outage: (since: Duration, attempts: Int)?
    }

    private static let memory = Duration.minutes(10)
    private static let distinctReasons = 20

    private let state = Mutex(State())

    /// A batch failed as a whole: whatever is on the other side may be away.
    func wholeFailed(_ reason: String, of operatorID: String, now: Duration, _ logger: Logger) {
        state.withLock { $0.outage = ($0.outage?.since ?? now, ($0.outage?.attempts ?? 0) + 1) }
        say("\(operatorID): a batch failed: \(reason)", about: reason, now, logger)
    }

    /// Some records failed.
    func recordFailed(_ reason: String, of operatorID: String, now: Duration, _ logger: Logger) {
        say("\(operatorID): a record failed: \(reason)", about: reason, now, logger)
    }

    /// A batch went through, at least in part.
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
