import NIOCore

/// The log of one partition. A class, so that reading it does not make the next append copy it.
final class PartitionLog {
    private(set) var batches: [RecordBatch] = []
    private(set) var startOffset: Int64 = 0
    private(set) var endOffset: Int64 = 0
    private(set) var transactions = TransactionIndex()
    private var producers: [Int64: ProducerState] = [:]

    var lastStableOffset: Int64 { transactions.firstOpen ?? endOffset }

    enum Appended: Equatable {
        case at(Int64)
        case duplicate(Int64)
        case refused(KafkaErrorCode)
    }

    /// Returns whether a producer's batch is appended, a duplicate or rejected.
    func judge(_ batch: RecordBatch) -> ProducerState.Verdict {
        guard batch.producerID >= 0 else { return .append }
        guard let producer = producers[batch.producerID] else { return .append }
        return producer.judge(batch)
    }

    /// Appends a batch. Returns it with its offset in the log.
    func append(_ batch: RecordBatch) -> RecordBatch {
        var placed = batch
        placed.place(at: endOffset)
        restore(placed)
        return placed
    }

    /// Appends a batch that has an offset already.
    func restore(_ batch: RecordBatch) {
        if batches.isEmpty, startOffset < batch.baseOffset, endOffset == startOffset { startOffset = batch.baseOffset }
        batches.append(batch)
        endOffset = batch.lastOffset + 1
        transactions.note(batch)
        guard batch.producerID >= 0 else { return }
        if batch.isControl {
            producers[batch.producerID]?.noteMarker(epoch: batch.producerEpoch)
        } else {
            producers[batch.producerID, default: ProducerState(epoch: batch.producerEpoch)].note(batch)
        }
    }

    /// Deletes the records below `offset`: whole batches are removed, and other records are not readable any more.
    func deleteRecords(before offset: Int64) {
        startOffset = max(startOffset, min(offset, endOffset))
        batches.removeAll { $0.lastOffset < startOffset }
        transactions.forget(before: startOffset)
    }

    struct Reading {
        var pieces: [ByteBuffer] = []
        var bytes = 0
        var aborted: [TransactionIndex.Aborted] = []
    }

    /// Returns batches from the one that contains `offset` on, up to about `limit` bytes; at least one batch if
    /// `atLeastOne`.
    func read(from offset: Int64, limit: Int, committedOnly: Bool, atLeastOne: Bool) -> Reading {
        var reading = Reading()
        let end = committedOnly ? lastStableOffset : endOffset
        var index = firstIndex(of: offset)
        var last = offset
        while index < batches.count, batches[index].baseOffset < end {
            let size = batches[index].bytes.readableBytes
            if reading.bytes + size > limit, !(reading.pieces.isEmpty && atLeastOne) { break }
            reading.pieces.append(batches[index].bytes)
            reading.bytes += size
            last = batches[index].lastOffset + 1
            index += 1
        }
        if committedOnly { reading.aborted = transactions.aborted(in: offset..<max(last, offset)) }
        return reading
    }

    /// Returns the number of bytes that a read would return, up to `limit`.
    func available(from offset: Int64, limit: Int, committedOnly: Bool) -> Int {
        let end = committedOnly ? lastStableOffset : endOffset
        var index = firstIndex(of: offset)
        var bytes = 0
        while index < batches.count, batches[index].baseOffset < end, bytes < limit {
            bytes += batches[index].bytes.readableBytes
            index += 1
        }
        return bytes
    }

    private func firstIndex(of offset: Int64) -> Int {
        var low = 0
        var high = batches.count
        while low < high {
            let middle = (low + high) / 2
            if batches[middle].lastOffset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Returns the offset and time of the first record at or after a time.
    func offset(at time: Int64) -> (offset: Int64, time: Int64)? {
        for batch in batches where batch.maxTimestamp >= time && !batch.isControl {
            if let found = batch.firstRecord(at: time) { return (max(found.offset, startOffset), found.time) }
        }
        return nil
    }
}
