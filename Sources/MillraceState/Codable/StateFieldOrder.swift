/// Reorders the fields of an object that is already written. Of fields with the same name the last is kept. The fields
/// of a dictionary are sorted by name, so that equal dictionaries have equal bytes.
enum StateFieldOrder {
    private struct Field {
        let name: Range<Int>
        let bytes: Range<Int>
    }

    /// Rewrites the fields from `body` to the end of the writer.
    static func finish(_ writer: inout ByteWriter, body: Int, sorted: Bool) throws {
        let copy = writer.withBytes { [UInt8]($0[body...]) }
        let fields = try copy.withUnsafeBytes { try read(StateBytes($0), texts: sorted) }
        guard fields.count > 1 else { return }
        copy.withUnsafeBytes { all in
            var order = Array(fields.indices)
            order.sort { left, right in
                let difference = compare(all, fields[left].name, fields[right].name)
                return difference == 0 ? left < right : difference < 0
            }
            var kept: [Int] = []
            kept.reserveCapacity(order.count)
            for (place, field) in order.enumerated() {
                if place + 1 < order.count, compare(all, fields[field].name, fields[order[place + 1]].name) == 0 {
                    continue
                }
                kept.append(field)
            }
            if !sorted { kept.sort() }
            writer.truncate(to: body)
            for field in kept { writer.write(UnsafeRawBufferPointer(rebasing: all[fields[field].bytes])) }
        }
    }

    /// Reads the fields; with `texts`, the names are those of a dictionary, which are written in full.
    private static func read(_ bytes: StateBytes, texts: Bool) throws(StateDecodingError) -> [Field] {
        var fields: [Field] = []
        var offset = 0
        while offset < bytes.count {
            let start = offset
            var name = start..<start
            switch try bytes.fieldName(&offset, limit: bytes.count) {
            case .text(let text) where texts: name = text
            default: name = start..<offset
            }
            offset = try bytes.end(ofValueAt: offset, limit: bytes.count)
            fields.append(Field(name: name, bytes: start..<offset))
        }
        return fields
    }

    private static func compare(_ all: UnsafeRawBufferPointer, _ left: Range<Int>, _ right: Range<Int>) -> Int {
        let left = all[left]
        let right = all[right]
        if left.lexicographicallyPrecedes(right) { return -1 }
        return left.count == right.count && left.elementsEqual(right) ? 0 : 1
    }
}
