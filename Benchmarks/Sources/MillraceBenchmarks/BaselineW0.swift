/// W0 by hand: double the value, keep what 3 divides, count.
func baselineW0(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var kept = 0
    for index in 0..<UInt64(records) {
        let doubled = WorkloadRecord(index: index, in: SingleKey.self).value * 2
        if doubled % 3 == 0 { kept += 1 }
    }
    return BaselineResult(checksum: UInt64(kept), rows: kept, records: records, stopwatch: stopwatch)
}
