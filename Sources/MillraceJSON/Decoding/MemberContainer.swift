/// A keyed container over the members of an object.
///
/// The standard library copies it at each call, so it holds only one reference.
struct MemberContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: JSONDocument
    let position: ValueDecoder.Position

    init(document: JSONDocument, object: Int, generation: UInt32) throws {
        let tape = try document.tape(generation)
        guard tape.kind(object) == .object else { throw document.noContainer([String: Any].self, at: object, on: tape) }
        self.document = document
        position = ValueDecoder.Position(node: UInt32(truncatingIfNeeded: object), generation: generation)
    }

    @inline(__always) var object: Int { Int(position.node) }
    @inline(__always) var generation: UInt32 { position.generation }

    var codingPath: [any CodingKey] {
        guard let tape = try? document.tape(generation) else { return [] }
        return document.path(to: object, on: tape)
    }

    var allKeys: [Key] {
        guard let tape = try? document.tape(generation) else { return [] }
        return tape.members(of: object).compactMap { key in
            let name = document.propertyName(tape.string(key))
            return node(of: name, on: tape) == key + 1 ? Key(stringValue: name) : nil
        }
    }

    func contains(_ key: Key) -> Bool {
        guard let tape = try? document.tape(generation) else { return false }
        return node(of: key.stringValue, on: tape) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        let (node, tape) = try find(key)
        return tape.kind(node) == .null
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let (node, _) = try find(key)
        return try document.value(type, at: node, generation: generation)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let (node, _) = try findValue(key) else { return nil }
        return try document.value(type, at: node, generation: generation)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        let (node, _) = try find(key)
        return KeyedDecodingContainer(
            try MemberContainer<Nested>(document: document, object: node, generation: generation))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let (node, _) = try find(key)
        return try ElementContainer(document: document, array: node, generation: generation)
    }

    func superDecoder() throws -> any Decoder { try decoder(JSONKey.super) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    /// Returns a decoder for a member. As in Foundation, a missing member decodes as null.
    private func decoder(_ key: some CodingKey) throws -> any Decoder {
        let node = node(of: key.stringValue, on: try document.tape(generation))
        guard let node else { return NullDecoder(codingPath: codingPath + [key]) }
        return ValueDecoder(document: document, node: node, generation: generation)
    }

    /// Returns the node of the value of `key`; throws if there is none.
    @inline(__always)
    func find(_ key: Key) throws -> (node: Int, tape: Tape) {
        let tape = try document.tape(generation)
        guard let node = node(of: key.stringValue, on: tape) else {
            throw document.missing(key, in: object, on: tape)
        }
        return (node, tape)
    }

    /// Returns the node of the value of `key`; `nil` if there is none or it is null.
    @inline(__always)
    func findValue(_ key: Key) throws -> (node: Int, tape: Tape)? {
        let tape = try document.tape(generation)
        guard let node = node(of: key.stringValue, on: tape), tape.kind(node) != .null else { return nil }
        return (node, tape)
    }

    @inline(__always)
    private func node(of name: String, on tape: Tape) -> Int? {
        if document.isIndexed(object, on: tape) {
            document.indexedMember(name, of: object, on: tape)
        } else {
            tape.member(name, of: object)
        }
    }
}
