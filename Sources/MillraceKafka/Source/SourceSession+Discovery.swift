import Dispatch
import Foundation
internal import Logging
import Millrace
import RDKafka

/// Finding partitions.
extension SourceSession {
    func partitions() async throws -> [PartitionID] {
        let found: [TopicPartition]
        if isShared {
            try await waitForGroup()
            found = try await blocking { [self] in
                do {
                    if let demanded = state.withLock({ $0.share.begin() }) { try consumer().release(demanded) }
                } catch let error as KafkaError { throw sourceError(error) }
                return state.withLock { $0.share.partitions }
            }
            run?.logger.notice("\(summary): \(found.count) partitions of group \(group)")
        } else {
            found = try await blocking { [self] in try listPartitions(wait: true) }
        }
        return found.map { PartitionID($0.description) }
    }

    /// Returns all partitions of the topics. Throws a `SourceError` with advice for the user.
    func listPartitions(wait: Bool) throws -> [TopicPartition] {
        let consumer = try consumer()
        do {
            switch topics {
            case .names(let names):
                return try names.flatMap { name in
                    let count = try patiently(wait: wait) {
                        try consumer.topics(named: name, timeout: $0)[name] ?? 0
                    }
                    return (0..<Int32(count)).map { TopicPartition(name, $0) }
                }.sorted()
            case .pattern(let pattern):
                let regex = try Regex(pattern)
                return try consumer.topics(timeout: options.timeout).filter {
                    !$0.key.hasPrefix(CheckpointTopicName.prefix) && (try? regex.wholeMatch(in: $0.key)) != nil
                }
                .flatMap { topic in (0..<Int32(topic.value)).map { TopicPartition(topic.key, $0) } }.sorted()
            }
        } catch let error as KafkaError { throw sourceError(error) }
    }

    /// Returns the partitions that have records after the given positions.
    func unread(_ starts: [PartitionStart<KafkaOffset>]) async throws -> [PartitionID] {
        try await blocking { [self] in
            let consumer = try consumer()
            do {
                return try starts.filter { start in
                    guard let partition = TopicPartition(start.partition.name), let position = start.position else {
                        return false
                    }
                    return try patiently { try consumer.watermarks(of: partition, timeout: $0).high } > position.value
                }.map(\.partition)
            } catch let error as KafkaError { throw sourceError(error) }
        }
    }

    /// Starts a timer that looks for new partitions.
    func discover() {
        guard !options.stopsAtLatest, state.withLock({ $0.discovery == nil }) else { return }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let interval = DispatchTimeInterval.milliseconds(options.partitionDiscoveryInterval.inMilliseconds)
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in
            guard let self, let found = try? listPartitions(wait: false) else { return }
            let (known, run) = state.withLock { ($0.initial ?? [], $0.run) }
            if Set(found).isSubset(of: known) { return }
            let news = Set(found).subtracting(known)
            let isNews = state.withLock { state in
                defer { state.announced.formUnion(news) }
                return !news.isSubset(of: state.announced)
            }
            if isNews {
                run?.logger.notice("\(summary): \(news.count) new partitions")
                run?.partitionsChanged()
            }
        }
        timer.resume()
        let ticker = Discovery(timer)
        state.withLock { $0.discovery = ticker }
    }
}
