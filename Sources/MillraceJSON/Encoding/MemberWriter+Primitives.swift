/// The requirements of a keyed container for primitive types.
extension MemberWriter {
    mutating func encode(_ value: Bool, forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { writer.state.pointee.text.append(value ? "true" : "false") }
    }
    mutating func encode(_ value: String, forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { writer.state.pointee.text.appendString(value) }
    }
    mutating func encode(_ value: Double, forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { try writer.write(number: value) }
    }
    mutating func encode(_ value: Float, forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { try writer.write(number: value) }
    }
    mutating func encode(_ value: Int, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int128, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt128, forKey key: Key) throws { integer(value, key) }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ value: T, _ key: Key) {
        if writer.begin(key.stringValue, in: id) { writer.state.pointee.text.append(integer: value) }
    }
}
