import RDKafka
import Synchronization

/// What a group has given to one member.
final class Offers: Sendable {
    private struct State {
        var offered: [TopicPartition]?
        var revoked: [TopicPartition]?
        var owned: Set<TopicPartition> = []
        var revocations = 0
    }

    private let state = Mutex(State())

    /// An offer that has not been taken yet.
    var offered: [TopicPartition]? { state.withLock { $0.offered } }
    var owned: Set<TopicPartition> { state.withLock { $0.owned } }
    /// Partitions that were ever taken back.
    var revocations: Int { state.withLock { $0.revocations } }

    func note(_ event: KafkaConsumer.Event) {
        state.withLock { state in
            switch event {
            case .assigned(let partitions): state.offered = partitions
            case .revoked(let partitions):
                state.revoked = partitions
                state.revocations += partitions.count
            case .error: break
            }
        }
    }

    /// Answers what the group wants of the member.
    func answer(_ consumer: KafkaConsumer) throws {
        let (offered, revoked) = state.withLock { state in
            defer {
                state.owned.formUnion(state.offered ?? [])
                state.owned.subtract(state.revoked ?? [])
                state.offered = nil
                state.revoked = nil
            }
            return (state.offered, state.revoked)
        }
        if let revoked { try consumer.release(revoked) }
        if let offered { try consumer.take(offered.map { CommittedOffset($0, 0) }) }
    }
}
