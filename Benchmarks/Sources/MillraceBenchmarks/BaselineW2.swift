/// W2 by hand: a dictionary per open window, closed when the watermark has passed the window's last millisecond.
func baselineW2(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var windows = OpenWindows()
    var greatestTimestamp: Int64 = -1
    for index in 0..<UInt64(records) {
        let record = WorkloadRecord(index: index, in: TenThousandKeys.self)
        windows.add(record)
        if record.timestamp > greatestTimestamp {
            greatestTimestamp = record.timestamp
            windows.close(watermark: greatestTimestamp - 1)
        }
    }
    windows.close(watermark: .max)
    return BaselineResult(checksum: windows.checksum, records: records, stopwatch: stopwatch)
}

private struct OpenWindows {
    private static let length: Int64 = 10_000

    private(set) var checksum = Checksum()
    /// Newest last, where nearly every record belongs.
    private var open: [(end: Int64, totals: [UInt64: CountAndSum])] = []

    @inline(__always)
    mutating func add(_ record: WorkloadRecord) {
        let end = (record.timestamp / OpenWindows.length + 1) * OpenWindows.length
        var position = open.count - 1
        while position >= 0, open[position].end > end { position -= 1 }
        if position < 0 || open[position].end < end {
            position += 1
            open.insert((end: end, totals: [:]), at: position)
        }
        open[position].totals[record.key, default: CountAndSum()].add(record.value)
    }

    /// A watermark says that nothing at or before it will come.
    mutating func close(watermark: Int64) {
        while let oldest = open.first, oldest.end - 1 <= watermark {
            for (key, total) in oldest.totals {
                checksum.addRow(key: key, windowEnd: oldest.end, aggregate: total)
            }
            open.removeFirst()
        }
    }
}
