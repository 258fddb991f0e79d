/// Writes the elements of an array.
struct ElementWriter: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let id: LevelID

    var codingPath: [any CodingKey] { writer.path(to: Int(id.depth) - 1) }

    var count: Int { writer.count(of: id) }

    mutating func encodeNil() throws {
        if writer.beginElement(in: id) { writer.state.pointee.text.append("null") }
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        if writer.beginElement(in: id) { try writer.write(value) }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(MemberWriter<Nested>(writer: writer, id: open(.object)))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ElementWriter(writer: writer, id: open(.array))
    }

    mutating func superEncoder() -> any Encoder { ValueEncoder(writer: writer, id: open(.pending)) }

    private func open(_ kind: Level.Kind) -> LevelID { writer.beginElement(in: id) ? writer.open(kind) : id }
}

extension JSONWriter {
    fileprivate func count(of id: LevelID) -> Int {
        let place = Int(id.depth) - 1
        guard place >= 0, place < state.pointee.levels.count else { return 0 }
        let level = state.pointee.levels.start[place]
        return level.serial == id.serial ? level.count : 0
    }
}
