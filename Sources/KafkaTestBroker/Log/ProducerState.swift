/// A partition's state of an idempotent producer: its epoch and its last batches, for detecting duplicates.
struct ProducerState {
    private struct Sent {
        let first: Int32
        let last: Int32
        let offset: Int64
    }

    private(set) var epoch: Int16
    private var recent: [Sent] = []

    /// The number of batches that are remembered: an idempotent producer has at most as many requests in flight.
    private static let remembered = 5

    init(epoch: Int16) { self.epoch = epoch }

    enum Verdict: Equatable {
        case append
        /// The batch is in the log already, at this offset.
        case duplicate(Int64)
        case refuse(KafkaErrorCode)
    }

    func judge(_ batch: RecordBatch) -> Verdict {
        if batch.producerEpoch < epoch { return .refuse(.invalidProducerEpoch) }
        if batch.producerEpoch > epoch {
            return batch.baseSequence == 0 ? .append : .refuse(.outOfOrderSequenceNumber)
        }
        if let same = recent.first(where: { $0.first == batch.baseSequence && $0.last == batch.lastSequence }) {
            return .duplicate(same.offset)
        }
        guard let last = recent.last else { return .append }
        return batch.baseSequence == RecordBatch.sequence(last.last, plus: 1)
            ? .append : .refuse(.outOfOrderSequenceNumber)
    }

    mutating func note(_ batch: RecordBatch) {
        if batch.producerEpoch != epoch {
            epoch = batch.producerEpoch
            recent = []
        }
        if batch.isControl { return }
        if recent.count == Self.remembered { recent.removeFirst() }
        recent.append(Sent(first: batch.baseSequence, last: batch.lastSequence, offset: batch.baseOffset))
    }

    /// Fences the older epoch if a marker has a newer one.
    mutating func noteMarker(epoch: Int16) {
        if epoch > self.epoch {
            self.epoch = epoch
            recent = []
        }
    }
}
