import Millrace
import RDKafka

/// The start offsets of partitions.
extension SourceSession {
    func assign(_ starts: [PartitionStart<KafkaOffset>]) async throws {
        try await blocking { [self] in
            do { try assignNow(starts) } catch let error as KafkaError { throw sourceError(error) }
        }
        if !isShared { discover() }
    }

    private func assignNow(_ starts: [PartitionStart<KafkaOffset>]) throws {
        let consumer = try consumer()
        let partitions = starts.compactMap { TopicPartition($0.partition.name) }
        var offsets = try startOffsets(starts, consumer)
        let lastRecords = try lastRecords(starts, offsets, consumer)
        var opened: [PartitionID: OpenedPartition] = [:]
        for offset in offsets {
            let end =
                options.stopsAtLatest
                ? try consumer.watermarks(of: offset.partition, timeout: options.timeout).high : nil
            opened[PartitionID(offset.partition.description)] = OpenedPartition(
                queue: try consumer.queue(of: offset.partition), start: offset.offset, end: end,
                last: lastRecords[offset.partition])
        }
        for index in offsets.indices {
            if let last = lastRecords[offsets[index].partition] { offsets[index].offset = last.offset }
        }
        if isShared {
            let (known, accepted) = state.withLock { ($0.share.owned, $0.share.takeAccepted()) }
            // Read before the assignment is answered: until then the group cannot rebalance unless it removes this
            // member.
            let membership = consumer.groupMetadata
            state.withLock { $0.membership = membership }
            if let accepted { try consumer.take(offsets.filter { accepted.contains($0.partition) }) }
            try consumer.seek(offsets.filter { known.contains($0.partition) }, timeout: options.timeout)
        } else {
            try consumer.assign(offsets)
        }
        state.withLock { [opened] state in
            state.opened = opened
            if state.initial == nil { state.initial = Set(partitions) }
        }
    }

    func open(_ partition: PartitionID) throws -> OpenedPartition {
        guard let opened = state.withLock({ $0.opened.removeValue(forKey: partition) }) else {
            throw SourceError("\(summary): partition \(partition) was not assigned", advice: "Start the pipeline again")
        }
        return opened
    }

    func knownEnd(of partition: TopicPartition) -> Int64? {
        state.withLock { $0.consumer }?.knownEnd(of: partition)
    }

    /// Returns the start offset of each partition: that of the checkpoint, or according to the options.
    func startOffsets(
        _ starts: [PartitionStart<KafkaOffset>], _ consumer: KafkaConsumer
    ) throws -> [CommittedOffset] {
        let (run, initial) = state.withLock { ($0.run, $0.initial) }
        // At-most-once: committed records are never read again, even if the checkpoint is older.
        let usesCheckpoint = run?.delivery != .atMostOnce
        var found: [CommittedOffset] = []
        var open: [TopicPartition] = []
        for start in starts {
            guard let partition = TopicPartition(start.partition.name) else { continue }
            if usesCheckpoint, let position = start.position {
                found.append(CommittedOffset(partition, position.value))
            } else {
                open.append(partition)
            }
        }
        // A partition that was created during the run, or after the checkpoint, is read from its first record.
        let isLater = (initial != nil || run?.isResumed == true) && !isShared && run?.delivery != .atMostOnce
        let isNew = { (partition: TopicPartition) in isLater && !(initial?.contains(partition) ?? false) }
        found += try resolve(.committed(orElse: .earliest), open.filter(isNew), consumer)
        found += try begin(open.filter { !isNew($0) }, consumer, run)
        return found
    }

    /// Returns the records before the checkpoint's offsets that can be read again, to check that the partitions are
    /// still the same.
    func lastRecords(
        _ starts: [PartitionStart<KafkaOffset>], _ begun: [CommittedOffset], _ consumer: KafkaConsumer
    ) throws -> [TopicPartition: LastRecord] {
        let places = Dictionary(begun.map { ($0.partition, $0.offset) }) { first, _ in first }
        var found: [TopicPartition: LastRecord] = [:]
        for start in starts {
            guard let partition = TopicPartition(start.partition.name), let position = start.position,
                let last = position.last, places[partition] == position.value
            else { continue }
            // A record that was deleted in the meantime cannot be compared.
            let ends = try patiently { try consumer.watermarks(of: partition, timeout: $0) }
            if ends.low <= last.offset, last.offset < ends.high { found[partition] = last }
        }
        return found
    }

    /// Returns the start offsets of partitions without a checkpoint. If an attempt fails before it has stored or
    /// committed anything, the next one starts at the same offsets, regardless of offsets of an earlier run and of new
    /// records.
    private func begin(
        _ partitions: [TopicPartition], _ consumer: KafkaConsumer, _ run: SourceRun?
    ) throws -> [CommittedOffset] {
        let (first, own) = state.withLock { ($0.firstStarts, $0.ownCommits) }
        // Committed offsets take precedence over the options if they are the run's only record of its progress.
        let isCommittedTheTruth =
            isShared || run?.delivery == .atMostOnce || (run?.storesPositions == false && commitsWithOutput)
        let committed = partitions.filter {
            isCommittedTheTruth || (own[$0] != nil && run?.storesPositions == false)
        }
        var found: [CommittedOffset] = []
        if !committed.isEmpty { found = try patiently { try consumer.committed(committed, timeout: $0) } }
        // A greater offset than this run has committed is that of an earlier run.
        if !isCommittedTheTruth { found.removeAll { $0.offset > own[$0.partition] ?? -1 } }
        let rest = Set(partitions).subtracting(found.map(\.partition)).sorted()
        let known = rest.compactMap { partition in
            // In a group, another member may have read the partition in the meantime.
            isShared ? nil : first[partition].map { CommittedOffset(partition, $0) }
        }
        let begun = try resolve(options.start, rest.filter { isShared || first[$0] == nil }, consumer)
        state.withLock { state in for start in begun { state.firstStarts[start.partition] = start.offset } }
        return found + known + begun
    }

    private func resolve(
        _ start: KafkaStart, _ partitions: [TopicPartition], _ consumer: KafkaConsumer
    ) throws -> [CommittedOffset] {
        if partitions.isEmpty { return [] }
        switch start {
        case .earliest:
            return try partitions.map {
                CommittedOffset($0, try consumer.watermarks(of: $0, timeout: options.timeout).low)
            }
        case .latest:
            return try partitions.map {
                CommittedOffset($0, try consumer.watermarks(of: $0, timeout: options.timeout).high)
            }
        case .timestamp(let time):
            return try consumer.offsets(at: time.milliseconds, partitions, timeout: options.timeout)
        case .committed(let orElse):
            let known = try patiently { try consumer.committed(partitions, timeout: $0) }
            let missing = Set(partitions).subtracting(known.map(\.partition))
            return try known + resolve(orElse, missing.sorted(), consumer)
        }
    }
}
