/// The requirements of an unkeyed container for primitive types.
extension ElementWriter {
    mutating func encode(_ value: Bool) throws {
        if writer.beginElement(in: id) { writer.state.pointee.text.append(value ? "true" : "false") }
    }
    mutating func encode(_ value: String) throws {
        if writer.beginElement(in: id) { writer.state.pointee.text.appendString(value) }
    }
    mutating func encode(_ value: Double) throws {
        if writer.beginElement(in: id) { try writer.write(number: value) }
    }
    mutating func encode(_ value: Float) throws {
        if writer.beginElement(in: id) { try writer.write(number: value) }
    }
    mutating func encode(_ value: Int) throws { integer(value) }
    mutating func encode(_ value: Int8) throws { integer(value) }
    mutating func encode(_ value: Int16) throws { integer(value) }
    mutating func encode(_ value: Int32) throws { integer(value) }
    mutating func encode(_ value: Int64) throws { integer(value) }
    mutating func encode(_ value: UInt) throws { integer(value) }
    mutating func encode(_ value: UInt8) throws { integer(value) }
    mutating func encode(_ value: UInt16) throws { integer(value) }
    mutating func encode(_ value: UInt32) throws { integer(value) }
    mutating func encode(_ value: UInt64) throws { integer(value) }
    mutating func encode(_ value: Int128) throws { integer(value) }
    mutating func encode(_ value: UInt128) throws { integer(value) }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ value: T) {
        if writer.beginElement(in: id) { writer.state.pointee.text.append(integer: value) }
    }
}
