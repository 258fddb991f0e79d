/// The unkeyed container of an array that is being written.
struct StateUnkeyedEncoding: UnkeyedEncodingContainer {
    let encoder: StateEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.stream.elements(encoder.slot) }

    @inline(__always)
    private func element() throws -> UnsafeMutablePointer<ByteWriter> {
        try encoder.stream.element(encoder.slot, encoder.path)
    }

    func encodeNil() throws { try element().pointee.write(StateTag.null) }
    func encode(_ value: Bool) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: String) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Double) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Float) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int8) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int16) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int32) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int64) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: Int128) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt8) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt16) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt32) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt64) throws { value.writeTagged(into: &(try element().pointee)) }
    func encode(_ value: UInt128) throws { value.writeTagged(into: &(try element().pointee)) }

    func encode<T: Encodable>(_ value: T) throws {
        let index = count
        let writer = try element()
        do {
            try encoder.stream.write(
                value, into: writer, level: encoder.stream.level(within: encoder.slot),
                path: StatePath(encoder.path, StatePathKey(intValue: index)))
        } catch {
            encoder.stream.withdrawElement(encoder.slot)
            throw error
        }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        child().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }

    func superEncoder() -> any Encoder { child() }

    private func child() -> StateEncoder { encoder.child({ try element() }, StatePathKey(intValue: count)) }
}
