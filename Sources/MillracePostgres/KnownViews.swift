import Synchronization

/// Which targets of insertions are views, asked once each: `COPY` writes to none.
final class KnownViews: Sendable {
    private let known = Mutex<[String: Bool]>([:])

    func isView(_ target: String, _ ask: () throws -> Bool) rethrows -> Bool {
        if let answer = known.withLock({ $0[target] }) { return answer }
        let answer = try ask()
        known.withLock { $0[target] = answer }
        return answer
    }
}
