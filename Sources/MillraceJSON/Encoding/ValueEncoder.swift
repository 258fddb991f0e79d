/// An encoder for a value on its level. Small enough to be passed as an existential without an allocation.
struct ValueEncoder: Encoder {
    let writer: JSONWriter
    let id: LevelID

    var codingPath: [any CodingKey] { writer.path(to: Int(id.depth)) }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.become(.object, id)
        return KeyedEncodingContainer(MemberWriter<Key>(writer: writer, id: id))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.become(.array, id)
        return ElementWriter(writer: writer, id: id)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONWriter {
    /// Makes a level an object or array. A subclass may request the same kind as its superclass again.
    @inline(__always)
    func become(_ kind: Level.Kind, _ id: LevelID) {
        guard enter(id) else { return }
        let top = state.pointee.levels.top
        if top.pointee.kind == .pending {
            top.pointee.kind = kind
            state.pointee.text.append(UInt8(ascii: kind == .object ? "{" : "["))
        } else if top.pointee.kind != kind {
            state.pointee.misuse = "A value asked for containers of different kinds."
        }
    }

    /// Whether nothing has been written on the innermost level yet.
    var isPending: Bool { state.pointee.levels.top.pointee.kind == .pending }

    /// Makes a level a scalar, which the caller has to write if this returns `true`.
    @inline(__always)
    func becomeScalar(_ id: LevelID) -> Bool {
        guard enter(id) else { return false }
        let top = state.pointee.levels.top
        guard top.pointee.kind == .pending else {
            state.pointee.misuse = "A value was encoded where there is one already."
            return false
        }
        top.pointee.kind = .scalar
        return true
    }
}
