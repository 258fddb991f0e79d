import Synchronization

/// The running sources of a `Kafka`, by the ids of their operators. Transactions commit their offsets.
final class SourceSessions: Sendable {
    private let sessions = Mutex<[String: SourceSession]>([:])

    var all: [String: SourceSession] { sessions.withLock { $0 } }

    func add(_ session: SourceSession, of operatorID: String) { sessions.withLock { $0[operatorID] = session } }

    func remove(_ operatorID: String) { sessions.withLock { _ = $0.removeValue(forKey: operatorID) } }
}
