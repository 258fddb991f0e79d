import NIOCore

/// The records of one partition. A class, so that who looks at it does not make the next append copy it.
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

    /// What would become of a producer's batch.
    func judge(_ batch: RecordBatch) -> ProducerState.Verdict {
        guard batch.producerID >= 0 else { return .append }
        guard let producer = producers[batch.producerID] else { return .append }
        return producer.judge(batch)
    }

    /// Appends a batch at the end, and returns it as it now lies there.
    func append(_ batch: RecordBatch) -> RecordBatch {
        var placed = batch
        placed.place(at: endOffset)
        restore(placed)
        return placed
    }

    /// Appends a batch that has its offset already.
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

    /// Removes whole batches below `offset`; records below it are not given any more.
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

    /// Batches from the one that holds `offset`, up to about `limit` bytes, one at least if `atLeastOne`.
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

    /// Bytes that a read would find, up to `limit`.
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

    /// The first record at or after a time.
    func offset(at time: Int64) -> (offset: Int64, time: Int64)? {
        for batch in batches where batch.maxTimestamp >= time && !batch.isControl {
            if let found = batch.firstRecord(at: time) { return (max(found.offset, startOffset), found.time) }
        }
        return nil
    }
}
