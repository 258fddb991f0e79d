extension QuantileSketch {
    public static var stateSchema: String { "QuantileSketch/1(accuracy, buckets, zeros, range, counts)" }

    public func encode(into writer: inout ByteWriter) {
        accuracy.encode(into: &writer)
        writer.writeLength(bucketLimit)
        writer.writeLength(zeros)
        least.encode(into: &writer)
        greatest.encode(into: &writer)
        negative.encode(into: &writer)
        positive.encode(into: &writer)
    }

    public static func decode(from reader: inout ByteReader) throws -> QuantileSketch {
        let accuracy = try Double.decode(from: &reader)
        guard accuracies.contains(accuracy) else {
            throw StateDecodingError(expected: "an accuracy in \(accuracies)", found: "\(accuracy)")
        }
        let limit = try reader.readLength(unit: 0)
        guard bucketLimits.contains(limit) else {
            throw StateDecodingError(expected: "\(bucketLimits) buckets", found: "\(limit)")
        }
        var sketch = QuantileSketch(accuracy: accuracy, buckets: limit)
        sketch.zeros = try reader.readLength(unit: 0)
        sketch.least = try Double.decode(from: &reader)
        sketch.greatest = try Double.decode(from: &reader)
        sketch.negative = try SketchBuckets.decode(from: &reader, limit: limit)
        sketch.positive = try SketchBuckets.decode(from: &reader, limit: limit)
        var total = sketch.zeros
        for part in [sketch.negative.total, sketch.positive.total] {
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { throw StateDecodingError(expected: "a number of numbers", found: "an endless one") }
            total = sum
        }
        let (least, greatest) = (sketch.least, sketch.greatest)
        let isRange = least.isFinite && greatest.isFinite && least <= greatest
        guard total > 0 ? isRange : least == .infinity && greatest == -.infinity else {
            throw StateDecodingError(expected: "the range of \(total) numbers", found: "\(least) to \(greatest)")
        }
        return sketch
    }
}

extension SketchBuckets {
    /// Writes the number of buckets with counts; the number of the first and its count; then for each further one its
    /// distance from the previous one and its count.
    func encode(into writer: inout ByteWriter) {
        writer.writeLength(counts.count { $0 != 0 })
        var last: Int?
        forEach { bucket, count in
            if let last { writer.writeLength(bucket - last) } else { writer.write(Int32(truncatingIfNeeded: bucket)) }
            writer.writeLength(count)
            last = bucket
        }
    }

    static func decode(from reader: inout ByteReader, limit: Int) throws -> SketchBuckets {
        let filled = try reader.readLength(unit: 2)
        guard filled > 0 else { return SketchBuckets() }
        let lowest = Int(try reader.read(Int32.self))
        var counts: [Int] = []
        var total = 0
        for number in 0..<filled {
            let distance = number == 0 ? 1 : try reader.readLength(unit: 0)
            let count = try reader.readLength(unit: 0)
            guard distance > 0, distance <= limit - counts.count else {
                throw StateDecodingError(expected: "\(limit) buckets at most", found: "one \(distance) further on")
            }
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard count > 0, !overflow else {
                throw StateDecodingError(expected: "counts that can be summed up", found: "\(count) after \(total)")
            }
            counts.append(contentsOf: repeatElement(0, count: distance - 1))
            counts.append(count)
            total = sum
        }
        return SketchBuckets(lowest: lowest, counts: counts, total: total)
    }
}
