import Foundation
internal import Logging
import Millrace
import RDKafka

/// Committing offsets.
extension SourceSession {
    /// When a reader commits offsets itself.
    enum CommitMode: Sendable {
        case never
        case before
        case afterRecord
        case afterBatch
        case every(Duration)
    }

    /// Whether offsets are committed by the transactions of this cluster's sinks.
    var commitsWithOutput: Bool { run?.commitsPositionsWithOutput == true && isOutputTransactional() }

    var commitMode: CommitMode {
        guard let run else { return .never }
        if run.delivery == .atMostOnce { return .before }
        if commitsWithOutput { return .never }
        switch options.commits {
        case .onCheckpoint: return .never
        case .perRecord: return .afterRecord
        case .perBatch: return .afterBatch
        case .periodic(let interval): return .every(interval)
        }
    }

    func committedUpTo(_ partition: TopicPartition) -> Int64 { state.withLock { $0.committed[partition] ?? -1 } }

    func commit(_ partition: TopicPartition, _ offset: Int64) throws {
        try consumer().commit([CommittedOffset(partition, offset)])
        state.withLock { state in
            state.committed[partition] = offset
            state.ownCommits[partition] = offset
        }
    }

    func commitLater(_ partition: TopicPartition, _ offset: Int64) throws {
        try consumer().commitLater([CommittedOffset(partition, offset)])
        state.withLock { $0.ownCommits[partition] = offset }
    }

    func committed(_ positions: [PartitionStart<KafkaOffset>], isLast: Bool) throws {
        guard let run, !commitsWithOutput, run.delivery != .atMostOnce else { return }
        guard options.commits == .onCheckpoint || isLast else { return }
        let offsets = positions.compactMap { start -> CommittedOffset? in
            guard let partition = TopicPartition(start.partition.name), let position = start.position else {
                return nil
            }
            return CommittedOffset(partition, position.value)
        }
        let news = state.withLock { state in offsets.filter { state.committed[$0.partition] != $0.offset } }
        do {
            let consumer = try consumer()
            try Self.throughRebalances { try consumer.commit(news) }
            state.withLock { state in
                for offset in news {
                    state.committed[offset.partition] = offset.offset
                    state.ownCommits[offset.partition] = offset.offset
                }
            }
        } catch let error as KafkaError where run.storesPositions || error.isRebalance {
            // Either the checkpoint contains the offsets, and those of the group are informative only, or another
            // member owns the partitions, and repeats what was not committed.
            run.logger.warning("\(summary): \(error)")
        }
    }

    /// Repeats a call, for up to 3 s, while the group is rebalancing: a member that has just joined again does not know
    /// its new generation yet.
    private static func throughRebalances(_ call: () throws -> Void) throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(3))
        while true {
            do { return try call() } catch let error as KafkaError {
                guard error.isRebalance, ContinuousClock.now < deadline else { throw error }
                usleep(50_000)
            }
        }
    }

    /// Returns the offsets of a checkpoint that a transaction commits, and the membership in whose name it does.
    func transactionOffsets(_ positions: [CommittedPosition]) throws -> (
        offsets: [CommittedOffset], group: GroupMetadata
    ) {
        let offsets = try positions.compactMap { entry -> CommittedOffset? in
            guard let partition = TopicPartition(entry.partition.name) else { return nil }
            let offset = try entry.position.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try KafkaOffset.decode(from: &reader)
            }
            return CommittedOffset(partition, offset.value)
        }
        guard isShared else { return (offsets, try GroupMetadata(group: group)) }
        // Not the current membership: a member whose session has expired joins again by itself, after others have
        // processed its partitions. With the older generation, the broker rejects the commit.
        let (membership, failure) = state.withLock { ($0.membership, $0.failure) }
        if let failure { throw failure }
        guard let membership, membership.isFencing else { throw NoLongerMember(group: group) }
        return (offsets, membership)
    }
}
