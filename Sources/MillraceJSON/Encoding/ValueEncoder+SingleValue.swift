extension ValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws {
        if writer.becomeScalar(id) { writer.state.pointee.text.append("null") }
    }

    func encode<T: Encodable>(_ value: T) throws {
        guard writer.enter(id) else { return }
        // If something has been written already, `encode(to:)` reports the misuse instead of writing a second value.
        if try !writer.isPending || !writer.writeUnusual(value) {
            try value.encode(to: self)
        } else {
            _ = writer.becomeScalar(id)
        }
    }

    func encode(_ value: Bool) throws {
        if writer.becomeScalar(id) { writer.state.pointee.text.append(value ? "true" : "false") }
    }
    func encode(_ value: String) throws {
        if writer.becomeScalar(id) { writer.state.pointee.text.appendString(value) }
    }
    func encode(_ value: Double) throws {
        if writer.becomeScalar(id) { try writer.write(number: value) }
    }
    func encode(_ value: Float) throws {
        if writer.becomeScalar(id) { try writer.write(number: value) }
    }
    func encode(_ value: Int) throws { integer(value) }
    func encode(_ value: Int8) throws { integer(value) }
    func encode(_ value: Int16) throws { integer(value) }
    func encode(_ value: Int32) throws { integer(value) }
    func encode(_ value: Int64) throws { integer(value) }
    func encode(_ value: UInt) throws { integer(value) }
    func encode(_ value: UInt8) throws { integer(value) }
    func encode(_ value: UInt16) throws { integer(value) }
    func encode(_ value: UInt32) throws { integer(value) }
    func encode(_ value: UInt64) throws { integer(value) }
    func encode(_ value: Int128) throws { integer(value) }
    func encode(_ value: UInt128) throws { integer(value) }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ value: T) {
        if writer.becomeScalar(id) { writer.state.pointee.text.append(integer: value) }
    }
}
