import KafkaTestSupport
import NIOCore
import Testing

@testable import KafkaTestBroker

/// The log against a plain list of what was written.
@Suite struct PartitionLogTests {
    /// Producers whose transactions mix: what a reader is told about aborted ones is just what it needs.
    @Test(arguments: 0..<40)
    func abortedTransactionsAreTold(seed: UInt64) throws {
        var random = Generator(state: seed)
        let log = PartitionLog()
        // What became of each record: its producer, or nil for a plain one; markers are neither.
        var records: [Int64: Int64?] = [:]
        var open: [Int64: [Int64]] = [:]
        var outcome: [Int64: Bool] = [:]
        func time() -> Int64 { log.endOffset }
        for _ in 0..<200 {
            let producer = Int64.random(in: 0..<4, using: &random)
            if producer == 0 {
                records[log.append(try batch(["p"], producer: nil)).baseOffset] = .some(nil)
            } else if let written = open[producer], Int.random(in: 0..<3, using: &random) == 0 {
                let commits = Bool.random(using: &random)
                _ = log.append(try .marker(commits: commits, producerID: producer, epoch: 0, time: time()))
                for offset in written { outcome[offset] = commits }
                open[producer] = nil
            } else {
                let placed = log.append(try batch(["a", "b"], producer: producer))
                for offset in placed.baseOffset...placed.lastOffset {
                    records[offset] = producer
                    open[producer, default: []].append(offset)
                }
            }
        }
        let stable = open.values.flatMap(\.self).min() ?? log.endOffset
        #expect(log.lastStableOffset == stable)
        for start in stride(from: Int64(0), through: log.endOffset, by: 3) {
            let limit = Int.random(in: 1...2000, using: &random)
            let reading = log.read(from: start, limit: limit, committedOnly: true, atLeastOne: true)
            let seen = try Self.client(reading, from: start)
            let end = seen.end
            let expected = records.keys.filter { offset in
                guard offset >= start, offset < end else { return false }
                guard let producer = records[offset] ?? nil else { return true }
                return producer < 0 || outcome[offset] == true
            }
            #expect(seen.offsets == expected.sorted(), "seed \(seed), from \(start), limit \(limit)")
            #expect(end <= max(stable, start))
            if start < stable { #expect(end > start) }
        }
    }

    private func batch(_ values: [String], producer: Int64?) throws -> RecordBatch {
        var raw = RawBatch(values)
        if let producer {
            raw.producerID = producer
            raw.epoch = 0
            raw.attributes = 0x10
        }
        var bytes = raw.bytes
        return try #require(try RecordBatch(from: &bytes))
    }

    /// What a client makes of an answer: it drops the transactions that it was told are aborted, up to their markers.
    private static func client(
        _ reading: PartitionLog.Reading, from start: Int64
    ) throws -> (offsets: [Int64], end: Int64) {
        var aborted = reading.aborted.sorted { $0.first < $1.first }
        var dropping: Set<Int64> = []
        var offsets: [Int64] = []
        var end = start
        for var piece in reading.pieces {
            guard let batch = try RecordBatch(from: &piece) else { continue }
            while let next = aborted.first, next.first <= batch.lastOffset {
                dropping.insert(next.producerID)
                aborted.removeFirst()
            }
            end = batch.lastOffset + 1
            if batch.isControl {
                dropping.remove(batch.producerID)
            } else if !(batch.isTransactional && dropping.contains(batch.producerID)) {
                offsets.append(contentsOf: (batch.baseOffset...batch.lastOffset).filter { $0 >= start })
            }
        }
        return (offsets, end)
    }

    @Test func aBatchIsLookedOver() throws {
        let good = RawBatch(["a", "b"]).bytes
        var copy = good
        #expect(try RecordBatch(from: &copy) != nil)
        for cut in 1..<good.readableBytes {
            var short = good.getSlice(at: 0, length: good.readableBytes - cut) ?? ByteBuffer()
            #expect(try RecordBatch(from: &short) == nil)
        }
        // Any bit from the attributes on is covered by the checksum.
        for index in 21..<good.readableBytes {
            var bent = good
            bent.setInteger((good.getInteger(at: index, as: UInt8.self) ?? 0) ^ 0x10, at: index)
            #expect(throws: KafkaErrorCode.corruptMessage) { try RecordBatch(from: &bent) }
        }
        var sparse = RawBatch(["a", "b"])
        sparse.values = ["a"]
        var bytes = sparse.bytes
        #expect(try RecordBatch(from: &bytes)?.isDense == true)
    }
}
