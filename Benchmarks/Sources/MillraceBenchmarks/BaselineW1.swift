/// W1 by hand: a running count and sum per key.
func baselineW1(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var totals: [UInt64: CountAndSum] = [:]
    for index in 0..<UInt64(records) {
        let record = WorkloadRecord(index: index, in: HundredThousandKeys.self)
        totals[record.key, default: CountAndSum()].add(record.value)
    }
    var checksum = Checksum()
    for (key, total) in totals {
        checksum.addRow(key: key, aggregate: total)
    }
    return BaselineResult(checksum: checksum, records: records, stopwatch: stopwatch)
}
