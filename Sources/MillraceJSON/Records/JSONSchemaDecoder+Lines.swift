import CMillraceSimdjson
import MillraceRecords

/// Lines that are decoded where they are, without a copy: the text is followed by 64 bytes that are zeros at last.
extension JSONSchemaDecoder {
    /// Whether plain lines of text can be decoded in place: names are as the schema has them, and all of it is UTF-8.
    @usableFromInline
    package func canReadLines<Record: SchemaRecord>(of type: Record.Type, in bytes: UnsafeRawBufferPointer) -> Bool {
        if self.type != ObjectIdentifier(type) { describe(type) }
        guard hasPlainNames, options.keys == .useDefaultKeys else { return false }
        return csimdjson_is_utf8(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// The record of the line from `start` to the line feed at `end`; `nil` if there is anything unusual in it.
    @inlinable
    @inline(__always)
    package func line<Record: SchemaRecord>(
        from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, as type: Record.Type = Record.self
    ) -> Record? {
        index.clear()
        guard let (record, cursor) = object(at: start, as: type) else { return nil }
        return cursor == end || isBlank(from: cursor, to: end) ? record : nil
    }

    @usableFromInline
    @inline(never)
    func isBlank(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Bool {
        guard start < end else { return false }
        return UnsafeBufferPointer(start: start, count: end - start).allSatisfy {
            $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0a
        }
    }
}
