/// The unkeyed container of a stored array.
struct StateUnkeyedDecoding: UnkeyedDecodingContainer {
    let decoder: StateDecoder
    let content: Range<Int>
    private var offset: Int
    private(set) var currentIndex = 0

    init(decoder: StateDecoder, content: Range<Int>) {
        self.decoder = decoder
        self.content = content
        offset = content.lowerBound
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { decoder.source.elements(in: content) }
    var isAtEnd: Bool { offset >= content.upperBound }

    private var path: StatePath { StatePath(decoder.path, StatePathKey(intValue: currentIndex)) }

    /// Returns the offset at which the next element ends.
    private func next(_ type: Any.Type) throws -> Int {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type, DecodingError.Context(codingPath: StatePath.keys(path), debugDescription: "the array has ended"))
        }
        return try decoder.source.bytes.end(ofValueAt: offset, limit: content.upperBound)
    }

    private mutating func advance(to next: Int) {
        offset = next
        currentIndex += 1
    }

    private mutating func scalar<T: StateScalar>() throws -> T {
        let next = try next(T.self)
        guard let value = try T.read(decoder.source.bytes, at: offset) else {
            throw decoder.source.mismatch(T.self, at: offset, path)
        }
        advance(to: next)
        return value
    }

    mutating func decodeNil() throws -> Bool {
        let next = try next(Any?.self)
        guard try decoder.source.isNull(offset) else { return false }
        advance(to: next)
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar() }
    mutating func decode(_ type: String.Type) throws -> String { try scalar() }
    mutating func decode(_ type: Double.Type) throws -> Double { try scalar() }
    mutating func decode(_ type: Float.Type) throws -> Float { try scalar() }
    mutating func decode(_ type: Int.Type) throws -> Int { try scalar() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try scalar() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try scalar() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try scalar() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try scalar() }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try scalar() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try scalar() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar() }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try scalar() }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let next = try next(type)
        let value = try decoder.source.value(type, at: offset, path: path)
        advance(to: next)
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested>
    {
        try nested { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nested { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try nested { $0 } }

    private mutating func nested<R>(_ body: (StateDecoder) throws -> R) throws -> R {
        let next = try next(Any.self)
        let result = try body(StateDecoder(source: decoder.source, offset: offset, path: path))
        advance(to: next)
        return result
    }
}
