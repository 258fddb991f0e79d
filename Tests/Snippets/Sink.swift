struct BucketWriter: SinkWriter {
    var context: SinkContext? = nil
    mutating func write(_ line: String, at time: Timestamp) {}
}
let start: StartMode = elided()
