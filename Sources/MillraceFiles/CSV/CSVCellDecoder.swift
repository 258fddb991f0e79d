/// A decoder for a single field, for enums and other types that decode from a single value.
struct CSVCellDecoder: Decoder, SingleValueDecodingContainer {
    let row: CSVRow
    let column: Int

    var codingPath: [any CodingKey] { [CSVColumnKey(stringValue: row.header.name(of: column))] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw row.refuse(shape: "\(row.header.name(of: column)) has properties of its own")
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw row.refuse(shape: "\(row.header.name(of: column)) is an array")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { row.isMissing(column) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try row.value(column, as: type) }
    func decode(_ type: Bool.Type) throws -> Bool { try row.bool(column) }
    func decode(_ type: String.Type) throws -> String { try row.string(column) }
    func decode(_ type: Double.Type) throws -> Double { try row.double(column) }
    func decode(_ type: Float.Type) throws -> Float { try row.float(column) }
    func decode(_ type: Int.Type) throws -> Int { try row.integer(column) }
    func decode(_ type: Int8.Type) throws -> Int8 { try row.integer(column) }
    func decode(_ type: Int16.Type) throws -> Int16 { try row.integer(column) }
    func decode(_ type: Int32.Type) throws -> Int32 { try row.integer(column) }
    func decode(_ type: Int64.Type) throws -> Int64 { try row.integer(column) }
    func decode(_ type: UInt.Type) throws -> UInt { try row.integer(column) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try row.integer(column) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try row.integer(column) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try row.integer(column) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try row.integer(column) }
}
