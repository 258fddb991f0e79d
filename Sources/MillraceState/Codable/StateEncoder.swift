/// The encoder that is passed to a type's `encode(to:)`, for one value of a `StateEncoding`.
struct StateEncoder: Encoder {
    let stream: StateEncoding
    let slot: StateEncoding.SlotID
    let path: StatePath?

    var codingPath: [any CodingKey] { StatePath.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        stream.openObject(slot, key: Key.self, path)
        return KeyedEncodingContainer(StateKeyedEncoding(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        stream.openArray(slot, path)
        return StateUnkeyedEncoding(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { StateSingleEncoding(encoder: self) }

    // Values within the array or object of this encoder.

    /// Returns an encoder for a value that is written to a buffer of its own and inserted after `writer`'s last byte.
    func child(_ writer: () throws -> UnsafeMutablePointer<ByteWriter>, _ key: any CodingKey) -> StateEncoder {
        let path = StatePath(path, key)
        do {
            return stream.child(try writer(), within: slot, path: path)
        } catch {
            return stream.failed(error, path: path)
        }
    }
}
