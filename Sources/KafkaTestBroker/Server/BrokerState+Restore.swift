import NIOCore

/// Restores a broker's state from its files.
extension BrokerState {
    func restore(from journal: BrokerJournal) throws {
        var ending: [String: Transaction] = [:]
        for entry in try journal.entries() {
            switch entry {
            case .topic(let name, let partitions, let settings):
                let known = topics[name]?.partitions ?? []
                topics[name] = Topic(
                    partitions: known + (0..<max(0, partitions - known.count)).map { _ in PartitionLog() },
                    settings: settings)
            case .topicRemoved(let name): topics[name] = nil
            case .producerIDs(let end): producerIDs = ProducerIDs(from: end)
            case .recordsRemoved(let partition, let offset): removed[partition] = offset
            case .offsets(let group, let offsets):
                for stored in offsets {
                    groups[group, default: Group(id: group)].offsets[stored.partition] = stored.value
                }
            case .groupRemoved(let group): groups[group] = nil
            case .offsetsRemoved(let group, let partitions):
                for partition in partitions { groups[group]?.offsets[partition] = nil }
            case .pending(let group, let producerID, let offsets):
                for stored in offsets {
                    groups[group, default: Group(id: group)].pending[producerID, default: [:]][stored.partition] =
                        stored.value
                }
            case .transaction(let stored):
                let transaction = Transaction(stored)
                ending[stored.id] = nil
                transactions[stored.id] = transaction
                transactionOfProducer[stored.producerID] = stored.id
                if transaction.state == .committed || transaction.state == .aborted {
                    for group in groups.keys { groups[group]?.pending[stored.producerID] = nil }
                }
            case .ending(let stored): ending[stored.id] = Transaction(stored)
            }
        }
        for (name, topic) in topics {
            for partition in topic.partitions.indices {
                let key = TopicPartitionKey(topic: name, partition: Int32(partition))
                for batch in try journal.batches(of: key) {
                    topic.partitions[partition].restore(batch)
                }
                if let offset = removed[key] { topic.partitions[partition].deleteRecords(before: offset) }
            }
        }
        removed = [:]
        self.journal = journal
        for transaction in ending.values { complete(transaction) }
        for transaction in transactions.values where transaction.state == .ongoing { watch(transaction) }
    }

    /// Completes a transaction whose end was decided: writes the missing markers.
    private func complete(_ decided: Transaction) {
        var transaction = decided
        let commits = decided.state == .committed
        transaction.partitions = decided.partitions.filter {
            log($0)?.transactions.open[decided.producerID] != nil
        }
        end(&transaction, commits: commits)
        transactions[transaction.id] = transaction
        transactionOfProducer[transaction.producerID] = transaction.id
        journal?.note(.transaction(transaction.stored))
    }
}
