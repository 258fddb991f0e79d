/// W4 by hand: a dictionary of open sessions, and a queue of the times at which each may be over.
func baselineW4(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var sessions = OpenSessions()
    for index in 0..<UInt64(records) {
        sessions.add(WorkloadRecord(index: index, in: MillionKeys.self))
    }
    sessions.close(watermark: .max)
    return BaselineResult(checksum: sessions.checksum, records: records, stopwatch: stopwatch)
}

private struct OpenSessions {
    private static let gap: Int64 = 1_000

    private struct Session {
        var last: Int64
        var count: UInt64
    }

    private(set) var checksum = Checksum()
    private var open: [UInt64: Session] = [:]
    /// Keys and the time of the record that put them here, in the order of time.
    private var queue: [(key: UInt64, last: Int64)] = []
    private var head = 0
    private var greatest: Int64 = -1

    @inline(__always)
    mutating func add(_ record: WorkloadRecord) {
        if record.timestamp > greatest {
            greatest = record.timestamp
            close(watermark: greatest - 1)
        }
        open[record.key, default: Session(last: 0, count: 0)].count += 1
        open[record.key]?.last = record.timestamp
        queue.append((record.key, record.timestamp))
    }

    mutating func close(watermark: Int64) {
        while head < queue.count, watermark == .max || queue[head].last + OpenSessions.gap <= watermark {
            let (key, last) = queue[head]
            head += 1
            guard let session = open[key], session.last == last else { continue }
            open[key] = nil
            let total = CountAndSum(count: session.count, sum: 0)
            checksum.addRow(key: key, windowEnd: last + OpenSessions.gap, aggregate: total)
        }
        if head > 1 << 20 {
            queue.removeFirst(head)
            head = 0
        }
    }
}
