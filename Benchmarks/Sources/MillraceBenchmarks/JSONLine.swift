/// The same row for programs: one flat object. A figure of the engine is null when only the baseline ran.
struct JSONLine: Encodable {
    let result: WorkloadResult

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Field.self)
        // First, so that a name the engine chose can never hide one of the fixed fields.
        for (name, value) in result.engine?.extra ?? [:] {
            try line.encode(value, forKey: Field(stringValue: name))
        }
        try encodeRun(into: &line)
        try encodeEngine(into: &line)
        try encodeBaseline(into: &line)
    }

    private func encodeRun(into line: inout KeyedEncodingContainer<Field>) throws {
        try line.encode(result.workload.rawValue, forKey: "workload")
        try line.encode(result.records, forKey: "n")
        try line.encode(result.workload.text(ofChecksum: result.checksum), forKey: "checksum")
        try line.encode(result.workload.text(ofChecksum: result.expected.checksum), forKey: "expected")
        try line.encode(result.isCorrect, forKey: "correct")
        try line.encode(result.ratio.map { rounded($0, to: 3) }, forKey: "ratio")
    }

    private func encodeEngine(into line: inout KeyedEncodingContainer<Field>) throws {
        let engine = result.engine
        try line.encode(engine.map { $0.recordsPerSecond.rounded() }, forKey: "records_per_s")
        try line.encode(engine.map { rounded($0.seconds, to: 3) }, forKey: "seconds")
        try line.encode(engine.map { rounded($0.cpuSeconds, to: 3) }, forKey: "cpu_s")
        try line.encode(engine?.peakMegabytes.map { rounded($0, to: 1) }, forKey: "peak_rss_mb")
        try line.encode(engine?.rows, forKey: "rows")
    }

    private func encodeBaseline(into line: inout KeyedEncodingContainer<Field>) throws {
        let baseline = result.baseline
        try line.encode(baseline.recordsPerSecond.rounded(), forKey: "baseline_records_per_s")
        try line.encode(rounded(baseline.seconds, to: 3), forKey: "baseline_seconds")
        try line.encode(rounded(baseline.cpuSeconds, to: 3), forKey: "baseline_cpu_s")
        try line.encode(baseline.peakMegabytes.map { rounded($0, to: 1) }, forKey: "baseline_peak_rss_mb")
        try line.encode(baseline.rows, forKey: "baseline_rows")
    }

    private func rounded(_ number: Double, to digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (number * scale).rounded() / scale
    }
}

/// A field's name as it stands in the output.
private struct Field: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral name: String) { stringValue = name }
    init?(intValue: Int) { nil }
}
