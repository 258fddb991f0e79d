/// The decoder that is passed to a type's `init(from:)`, for the value at one offset.
struct StateDecoder: Decoder {
    let source: StateDecoding
    let offset: Int
    let path: StatePath?

    var codingPath: [any CodingKey] { StatePath.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let content = try source.content(offset, tag: StateTag.object, path)
        return KeyedDecodingContainer(StateKeyedDecoding(decoder: self, content: content))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let content = try source.content(offset, tag: StateTag.array, path)
        return StateUnkeyedDecoding(decoder: self, content: content)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { StateSingleDecoding(decoder: self) }
}
