import Foundation
import NIOCore

/// The transaction coordinator: handles producer ids, the contents of transactions and their end.
extension BrokerState {
    func initProducer(
        _ id: String?, timeout: Int32, known: (producerID: Int64, epoch: Int16)?, version: Int16
    ) -> (error: KafkaErrorCode, producerID: Int64, epoch: Int16) {
        guard let id else { return (.none, takeProducerID(), 0) }
        guard !id.isEmpty else { return (.invalidRequest, -1, -1) }
        guard timeout > 0, Int64(timeout) <= Int64(configuration.maximumTransactionTimeout / .milliseconds(1)) else {
            return (.invalidTransactionTimeout, -1, -1)
        }
        guard var transaction = transactions[id] else {
            let transaction = Transaction(id: id, producerID: takeProducerID(), epoch: 0, timeout: timeout)
            store(transaction)
            return (.none, transaction.producerID, 0)
        }
        if let known, known.producerID >= 0,
            known.producerID != transaction.producerID || known.epoch != transaction.epoch
        {
            return (version >= 4 ? .producerFenced : .invalidProducerEpoch, -1, -1)
        }
        if transaction.completes != nil { return (.concurrentTransactions, -1, -1) }
        // Fences the previous producer, and aborts its open transaction.
        if transaction.state == .ongoing {
            transaction.epoch += 1
            end(&transaction, commits: false)
        }
        if transaction.epoch >= Int16.max - 1 {
            transaction.producerID = takeProducerID()
            transaction.epoch = 0
        } else {
            transaction.epoch += 1
        }
        transaction.timeout = timeout
        transaction.state = .empty
        store(transaction)
        return (.none, transaction.producerID, transaction.epoch)
    }

    private func takeProducerID() -> Int64 {
        producerIDs.take { journal?.note(.producerIDs(below: $0)) }
    }

    private func store(_ transaction: Transaction) {
        transactions[transaction.id] = transaction
        transactionOfProducer[transaction.producerID] = transaction.id
        journal?.note(.transaction(transaction.stored))
    }

    /// Adds partitions or a group to a transaction, and begins it if none is open.
    func add(
        _ id: String, _ producerID: Int64, _ epoch: Int16, partitions: [TopicPartitionKey], group: String?,
        knowsFenced: Bool
    ) -> KafkaErrorCode {
        guard var transaction = transactions[id] else { return .invalidProducerIDMapping }
        if let error = transaction.refusal(producerID: producerID, epoch: epoch, knowsFenced: knowsFenced) {
            return error
        }
        if transaction.completes != nil { return .concurrentTransactions }
        let before = (transaction.state, transaction.partitions.count, transaction.groups.count)
        if transaction.state != .ongoing {
            transaction.state = .ongoing
            transaction.partitions = []
            transaction.groups = []
            transaction.number += 1
            watch(transaction)
        }
        transaction.partitions.formUnion(partitions)
        if let group { transaction.groups.insert(group) }
        if before.0 != .ongoing || before.1 != transaction.partitions.count || before.2 != transaction.groups.count {
            store(transaction)
        }
        return .none
    }

    /// Aborts the transaction and fences its producer if it is still open after its timeout.
    func watch(_ transaction: Transaction) {
        let (id, number) = (transaction.id, transaction.number)
        loop.scheduleTask(in: .milliseconds(Int64(transaction.timeout))) { [self] in
            guard var transaction = transactions[id], transaction.number == number, transaction.state == .ongoing,
                transaction.completes == nil
            else { return }
            logger.info("transaction \(id) was open for \(transaction.timeout) ms: aborted")
            transaction.epoch += 1
            end(&transaction, commits: false)
            store(transaction)
        }
    }

    func endTransaction(
        _ id: String, _ producerID: Int64, _ epoch: Int16, commits: Bool, knowsFenced: Bool
    ) -> KafkaErrorCode {
        guard var transaction = transactions[id] else { return .invalidProducerIDMapping }
        if let error = transaction.refusal(producerID: producerID, epoch: epoch, knowsFenced: knowsFenced) {
            return error
        }
        if transaction.completes != nil { return .concurrentTransactions }
        switch transaction.state {
        case .ongoing: break
        // A repeated request, because the answer was lost.
        case .committed where commits, .aborted where !commits: return .none
        default: return .invalidTxnState
        }
        guard configuration.transactionCompletion > .zero else {
            end(&transaction, commits: commits)
            store(transaction)
            return .none
        }
        transaction.completes = commits
        transactions[id] = transaction
        loop.scheduleTask(in: .nanoseconds(Int64(configuration.transactionCompletion / .nanoseconds(1)))) { [self] in
            complete(id)
        }
        return .none
    }

    /// Completes a transaction whose end was decided.
    func complete(_ id: String) {
        guard var transaction = transactions[id], let commits = transaction.completes else { return }
        transaction.completes = nil
        end(&transaction, commits: commits)
        store(transaction)
    }

    /// Writes the markers, and commits or discards the groups' pending offsets. The decision is recorded first, so that
    /// a restart in between completes it.
    func end(_ transaction: inout Transaction, commits: Bool) {
        transaction.state = commits ? .committed : .aborted
        journal?.note(.ending(transaction.stored))
        let time = Int64(Date().timeIntervalSince1970 * 1000)
        for partition in transaction.partitions.sorted(by: { ($0.topic, $0.partition) < ($1.topic, $1.partition) }) {
            // Deleted topics get no marker; partitions without records of the transaction do.
            guard topics[partition.topic] != nil,
                let marker = try? RecordBatch.marker(
                    commits: commits, producerID: transaction.producerID, epoch: transaction.epoch, time: time)
            else { continue }
            append(marker, to: partition)
        }
        for group in transaction.groups {
            let pending = groups[group]?.pending.removeValue(forKey: transaction.producerID)
            guard commits, let pending else { continue }
            commitOffsets(group, pending)
        }
        transaction.partitions = []
        transaction.groups = []
    }

    /// Returns the error code for a transactional batch; `nil` if it may be appended.
    func refusal(of batch: RecordBatch, to partition: TopicPartitionKey) -> KafkaErrorCode? {
        guard let id = transactionOfProducer[batch.producerID], let transaction = transactions[id],
            transaction.producerID == batch.producerID
        else { return .invalidProducerIDMapping }
        if batch.producerEpoch != transaction.epoch { return .invalidProducerEpoch }
        guard transaction.state == .ongoing, transaction.partitions.contains(partition) else { return .invalidTxnState }
        return nil
    }
}
