/// W6 by hand: the latest value of each key. Records come in the order of their index, so the last write wins.
func baselineW6(records: Int) -> BaselineResult {
    let stopwatch = Stopwatch()
    var latest: [UInt64: UInt64] = [:]
    for index in 0..<UInt64(records) {
        let record = WorkloadRecord(index: index, in: TenMillionKeys.self)
        latest[record.key] = record.value
    }
    var checksum = Checksum()
    for (key, value) in latest {
        checksum.addRow(key: key, value: value)
    }
    return BaselineResult(checksum: checksum, records: records, stopwatch: stopwatch)
}
