/// Writes the members of an object.
struct MemberWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let id: LevelID

    var codingPath: [any CodingKey] { writer.path(to: Int(id.depth) - 1) }

    mutating func encodeNil(forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { writer.state.pointee.text.append("null") }
    }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        if writer.begin(key.stringValue, in: id) { try writer.write(value) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberWriter<Nested>(writer: writer, id: open(.object, key.stringValue)))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ElementWriter(writer: writer, id: open(.array, key.stringValue))
    }

    mutating func superEncoder() -> any Encoder {
        ValueEncoder(writer: writer, id: open(.pending, JSONKey.super.stringValue))
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(writer: writer, id: open(.pending, key.stringValue))
    }

    /// Opens a level for a member. If this level is closed already, nothing is opened, and writes to the result fail in
    /// the same way.
    private func open(_ kind: Level.Kind, _ name: String) -> LevelID {
        writer.begin(name, in: id) ? writer.open(kind) : id
    }
}
