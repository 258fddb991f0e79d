// The methods that synthesized `Decodable` implementations call, one per type.

extension CSVRowContainer {
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try row.bool(row.requiredColumn(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try row.string(row.requiredColumn(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try row.double(row.requiredColumn(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try row.float(row.requiredColumn(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try row.integer(row.requiredColumn(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try row.integer(row.requiredColumn(key)) }
}

extension CSVRowContainer {
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try row.columnWithValue(key).map(row.bool)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try row.columnWithValue(key).map(row.string)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try row.columnWithValue(key).map(row.double)
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try row.columnWithValue(key).map(row.float)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try row.columnWithValue(key).map(row.integer)
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try row.columnWithValue(key).map(row.integer)
    }
}
