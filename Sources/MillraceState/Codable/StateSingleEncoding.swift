/// The single-value container of a value that is being written.
struct StateSingleEncoding: SingleValueEncodingContainer {
    let encoder: StateEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    @inline(__always)
    private func single() throws -> UnsafeMutablePointer<ByteWriter> {
        try encoder.stream.single(encoder.slot, encoder.path)
    }

    func encodeNil() throws { try single().pointee.write(StateTag.null) }
    func encode(_ value: Bool) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: String) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Double) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Float) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int8) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int16) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int32) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int64) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: Int128) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt8) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt16) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt32) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt64) throws { value.writeTagged(into: &(try single().pointee)) }
    func encode(_ value: UInt128) throws { value.writeTagged(into: &(try single().pointee)) }

    func encode<T: Encodable>(_ value: T) throws {
        let writer = try single()
        do {
            try encoder.stream.write(
                value, into: writer, level: encoder.stream.level(of: encoder.slot), path: encoder.path)
        } catch {
            encoder.stream.withdrawSingle(encoder.slot)
            throw error
        }
    }
}
