/// W3 by hand: a dictionary per slice of 5 s; a window adds up its twelve slices when it closes.
func baselineW3(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var slices = OpenSlices()
    for index in 0..<UInt64(records) {
        slices.add(WorkloadRecord(index: index, in: TenThousandKeys.self))
    }
    slices.closeAll()
    return BaselineResult(checksum: slices.checksum, records: records, stopwatch: stopwatch)
}

private struct OpenSlices {
    private static let slide: Int64 = 5_000
    private static let count = 12

    private(set) var checksum = Checksum()
    private var slices: [[UInt64: UInt64]] = []
    private var end = slide

    @inline(__always)
    mutating func add(_ record: WorkloadRecord) {
        if slices.isEmpty { slices.append([:]) }
        while record.timestamp >= end { close() }
        slices[slices.count - 1][record.key, default: 0] += 1
    }

    /// The window that ends with the newest slice.
    private mutating func close() {
        var totals: [UInt64: UInt64] = [:]
        for slice in slices { totals.merge(slice) { $0 + $1 } }
        for (key, count) in totals {
            checksum.addRow(key: key, windowEnd: end, aggregate: CountAndSum(count: count, sum: 0))
        }
        if slices.count == OpenSlices.count { slices.removeFirst() }
        slices.append([:])
        end += OpenSlices.slide
    }

    mutating func closeAll() {
        while slices.contains(where: { !$0.isEmpty }) { close() }
    }
}
