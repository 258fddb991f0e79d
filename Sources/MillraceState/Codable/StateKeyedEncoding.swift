/// The keyed container of an object that is being written.
struct StateKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: StateEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    @inline(__always)
    private func field(_ key: some CodingKey) throws -> UnsafeMutablePointer<ByteWriter> {
        try encoder.stream.field(key.stringValue, encoder.slot, encoder.path)
    }

    func encodeNil(forKey key: Key) throws { try field(key).pointee.write(StateTag.null) }
    func encode(_ value: Bool, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: String, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Double, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Float, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int8, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int16, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int32, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int64, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: Int128, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt8, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt16, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt32, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt64, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }
    func encode(_ value: UInt128, forKey key: Key) throws { value.writeTagged(into: &(try field(key).pointee)) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        let mark = try encoder.stream.mark(encoder.slot, encoder.path)
        let writer = try field(key)
        do {
            try encoder.stream.write(
                value, into: writer, level: encoder.stream.level(within: encoder.slot),
                path: StatePath(encoder.path, key))
        } catch {
            writer.pointee.truncate(to: mark)
            throw error
        }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder.child({ try field(key) }, key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.child({ try field(key) }, key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        encoder.child({ try field(StatePathKey.super) }, StatePathKey.super)
    }

    func superEncoder(forKey key: Key) -> any Encoder { encoder.child({ try field(key) }, key) }
}
