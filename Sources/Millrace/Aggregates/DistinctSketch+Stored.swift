extension DistinctSketch {
    public static var stateSchema: String { "DistinctSketch/1(precision, hashes or registers)" }

    /// Writes the precision, whether there are registers, and then the registers (a byte each) or the number of hashes
    /// and the hashes.
    public func encode(into writer: inout ByteWriter) {
        writer.write(bits)
        (!registers.isEmpty).encode(into: &writer)
        if registers.isEmpty { hashes.encode(into: &writer) } else { registers.withUnsafeBytes { writer.write($0) } }
    }

    public static func decode(from reader: inout ByteReader) throws -> DistinctSketch {
        let precision = Int(try reader.read(UInt8.self))
        guard precisions.contains(precision) else {
            throw StateDecodingError(expected: "a precision in \(precisions)", found: "\(precision)")
        }
        var sketch = DistinctSketch(precision: precision)
        if try Bool.decode(from: &reader) {
            sketch.registers = [UInt8](try reader.readBytes(1 << precision))
            if let rank = sketch.registers.first(where: { $0 > sketch.greatestRank }) {
                throw StateDecodingError(expected: "ranks up to \(sketch.greatestRank)", found: "\(rank)")
            }
        } else {
            sketch.hashes = try [UInt64].decode(from: &reader)
            guard sketch.hashes.count <= sketch.hashLimit else {
                throw StateDecodingError(
                    expected: "at most \(sketch.hashLimit) hashes", found: "\(sketch.hashes.count)")
            }
            guard zip(sketch.hashes, sketch.hashes.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw StateDecodingError(expected: "hashes in ascending order", found: "others")
            }
        }
        return sketch
    }
}
