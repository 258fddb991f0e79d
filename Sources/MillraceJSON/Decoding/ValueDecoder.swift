/// A decoder for the value at a node of the document. Small enough to be passed as an existential without an
/// allocation.
struct ValueDecoder: Decoder {
    let document: JSONDocument
    let position: Position

    /// A node, and the generation of the document that it belongs to.
    struct Position {
        let node: UInt32
        let generation: UInt32
    }

    @inline(__always)
    init(document: JSONDocument, node: Int, generation: UInt32) {
        self.document = document
        position = Position(node: UInt32(truncatingIfNeeded: node), generation: generation)
    }

    @inline(__always) var node: Int { Int(position.node) }
    @inline(__always) var generation: UInt32 { position.generation }

    var codingPath: [any CodingKey] {
        guard let tape = try? document.tape(generation) else { return [] }
        return document.path(to: node, on: tape)
    }

    var userInfo: [CodingUserInfoKey: Any] { document.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try MemberContainer<Key>(document: document, object: node, generation: generation))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ElementContainer(document: document, array: node, generation: generation)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}
