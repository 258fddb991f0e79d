/// The keyed container of a stored object.
struct StateKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: StateDecoder
    let content: Range<Int>

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { decoder.source.fieldNames(in: content).compactMap { Key(stringValue: $0) } }

    private var source: StateDecoding { decoder.source }

    private func find(_ key: some CodingKey) throws -> (value: Int, next: Int)? {
        try decoder.source.field(key.stringValue, in: content, of: decoder.offset)
    }

    private func path(_ key: some CodingKey) -> StatePath { StatePath(decoder.path, key) }

    private func missing(_ key: Key) -> DecodingError {
        .keyNotFound(
            key, DecodingError.Context(codingPath: codingPath, debugDescription: "no field \"\(key.stringValue)\""))
    }

    // Inlined, so that each of the callers below is specialised for its type.

    @inline(__always)
    private func scalar<T: StateScalar>(_ key: Key) throws -> T {
        guard let field = try find(key) else { throw missing(key) }
        guard let value = try T.read(source.bytes, at: field.value) else { throw mismatch(T.self, field.value, key) }
        source.found(next: field.next, of: decoder.offset)
        return value
    }

    @inline(__always)
    private func scalarIfPresent<T: StateScalar>(_ key: Key) throws -> T? {
        guard let field = try find(key) else { return nil }
        let value = try T.read(source.bytes, at: field.value)
        if value == nil, try !source.isNull(field.value) { throw mismatch(T.self, field.value, key) }
        source.found(next: field.next, of: decoder.offset)
        return value
    }

    @inline(never)
    private func mismatch(_ type: Any.Type, _ offset: Int, _ key: Key) -> any Error {
        source.mismatch(type, at: offset, path(key))
    }

    func contains(_ key: Key) -> Bool {
        do {
            return try find(key) != nil
        } catch {
            source.fail(error)
            return false
        }
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let field = try find(key) else { throw missing(key) }
        return try source.isNull(field.value)
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try scalar(key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try scalar(key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try scalar(key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try scalar(key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try scalar(key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try scalar(key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try scalar(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try scalar(key) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try scalar(key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try scalar(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try scalar(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try scalar(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try scalar(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try scalar(key) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try scalar(key) }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try scalarIfPresent(key) }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? { try scalarIfPresent(key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        guard let field = try find(key) else { throw missing(key) }
        let value = try source.value(type, at: field.value, path: path(key))
        source.found(next: field.next, of: decoder.offset)
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let field = try find(key) else { return nil }
        if try source.isNull(field.value) {
            source.found(next: field.next, of: decoder.offset)
            return nil
        }
        let value = try source.value(type, at: field.value, path: path(key))
        source.found(next: field.next, of: decoder.offset)
        return value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try nested(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    private func nested(_ key: Key) throws -> StateDecoder {
        guard let field = try find(key) else { throw missing(key) }
        return StateDecoder(source: source, offset: field.value, path: path(key))
    }

    func superDecoder() throws -> any Decoder { try above(StatePathKey.super) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try above(key) }

    /// A superclass that wrote nothing is decoded from null.
    private func above(_ key: some CodingKey) throws -> StateDecoder {
        StateDecoder(source: source, offset: try find(key)?.value ?? StateDecoding.nowhere, path: path(key))
    }
}
