/// A keyed container over a row, with one key per column.
struct CSVRowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: CSVRow

    var codingPath: [any CodingKey] { [] }

    /// The keys of the columns that have a value in this row.
    var allKeys: [Key] {
        row.header.names.indices.filter { !row.isMissing($0) }.compactMap { Key(stringValue: row.header.names[$0]) }
    }

    func contains(_ key: Key) -> Bool { (try? row.column(key.stringValue)) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try row.columnWithValue(key) == nil }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try row.value(row.requiredColumn(key), as: type)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try row.columnWithValue(key).map { try row.value($0, as: type) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        throw row.refuse(shape: "\(key.stringValue) has properties of its own")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw row.refuse(shape: "\(key.stringValue) is an array")
    }

    func superDecoder() throws -> any Decoder { row }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        CSVCellDecoder(row: row, column: try row.requiredColumn(key))
    }
}
