/// The single-value container of a stored value.
struct StateSingleDecoding: SingleValueDecodingContainer {
    let decoder: StateDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    private func scalar<T: StateScalar>() throws -> T {
        guard try !decoder.source.isNull(decoder.offset),
            let value = try T.read(decoder.source.bytes, at: decoder.offset)
        else { throw decoder.source.mismatch(T.self, at: decoder.offset, decoder.path) }
        return value
    }

    func decodeNil() -> Bool {
        do {
            return try decoder.source.isNull(decoder.offset)
        } catch {
            decoder.source.fail(error)
            return false
        }
    }

    func decode(_ type: Bool.Type) throws -> Bool { try scalar() }
    func decode(_ type: String.Type) throws -> String { try scalar() }
    func decode(_ type: Double.Type) throws -> Double { try scalar() }
    func decode(_ type: Float.Type) throws -> Float { try scalar() }
    func decode(_ type: Int.Type) throws -> Int { try scalar() }
    func decode(_ type: Int8.Type) throws -> Int8 { try scalar() }
    func decode(_ type: Int16.Type) throws -> Int16 { try scalar() }
    func decode(_ type: Int32.Type) throws -> Int32 { try scalar() }
    func decode(_ type: Int64.Type) throws -> Int64 { try scalar() }
    func decode(_ type: Int128.Type) throws -> Int128 { try scalar() }
    func decode(_ type: UInt.Type) throws -> UInt { try scalar() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar() }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try scalar() }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try decoder.source.value(type, at: decoder.offset, path: decoder.path)
    }
}
