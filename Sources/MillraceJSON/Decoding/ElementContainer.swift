/// An unkeyed container over the elements of an array.
struct ElementContainer: UnkeyedDecodingContainer {
    let document: JSONDocument
    let array: Int
    let generation: UInt32
    let count: Int?
    private(set) var currentIndex = 0
    private var next: Int

    init(document: JSONDocument, array: Int, generation: UInt32) throws {
        let tape = try document.tape(generation)
        guard tape.kind(array) == .array else { throw document.noContainer([Any].self, at: array, on: tape) }
        self.document = document
        self.array = array
        self.generation = generation
        count = document.elementCount(of: array, on: tape)
        next = array + 1
    }

    var isAtEnd: Bool { currentIndex >= count ?? 0 }

    var codingPath: [any CodingKey] {
        guard let tape = try? document.tape(generation) else { return [] }
        return document.path(to: array, on: tape)
    }

    /// Decodes the next element, and advances to the one after it if that succeeds.
    @inline(__always)
    mutating func take<T>(
        _ type: Any.Type, _ decode: (_ document: JSONDocument, _ node: Int, _ tape: Tape) throws -> T
    ) throws -> T {
        let tape = try document.tape(generation)
        guard !isAtEnd else { throw exhausted(type) }
        let value = try decode(document, next, tape)
        next = tape.after(next)
        currentIndex += 1
        return value
    }

    /// Returns the error for decoding `type` after the last element.
    private func exhausted(_ type: Any.Type) -> DecodingError {
        .valueNotFound(
            type,
            DecodingError.Context(
                codingPath: codingPath + [JSONKey(index: currentIndex)],
                debugDescription: "Unkeyed container is at end."))
    }

    mutating func decodeNil() throws -> Bool {
        let tape = try document.tape(generation)
        guard !isAtEnd else { throw exhausted(Never.self) }
        guard tape.kind(next) == .null else { return false }
        next += 1
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try take(type) { [generation] document, node, _ in
            try document.value(type, at: node, generation: generation)
        }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try take([String: Any].self) { [generation] document, node, _ in
            KeyedDecodingContainer(
                try MemberContainer<Nested>(document: document, object: node, generation: generation))
        }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take([Any].self) { [generation] document, node, _ in
            try ElementContainer(document: document, array: node, generation: generation)
        }
    }

    mutating func superDecoder() throws -> any Decoder {
        try take((any Decoder).self) { [generation] document, node, _ in
            ValueDecoder(document: document, node: node, generation: generation)
        }
    }
}

extension JSONDocument {
    /// Returns the number of elements. simdjson stops counting at `0xff_ffff`; a longer array is counted here.
    fileprivate func elementCount(of array: Int, on tape: Tape) -> Int {
        let count = tape.count(array)
        guard count == 0xff_ffff else { return count }
        return sequence(first: array + 1) { tape.after($0) }.prefix { $0 < tape.end(array) }.reduce(0) { n, _ in n + 1 }
    }
}
