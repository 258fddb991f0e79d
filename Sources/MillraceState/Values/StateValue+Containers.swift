extension Optional: StateValue where Wrapped: StateValue {
    public static var stateSchema: String { "Optional<\(Wrapped.stateSchema)>" }
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .none: writer.write(UInt8(0))
        case .some(let value):
            writer.write(UInt8(1))
            value.encode(into: &writer)
        }
    }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Wrapped? {
        try Bool.decode(from: &reader) ? Wrapped.decode(from: &reader) : nil
    }
}

extension Array: StateValue where Element: StateValue {
    public static var stateSchema: String { "Array<\(Element.stateSchema)>" }
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        writer.writeLength(count)
        for element in self { element.encode(into: &writer) }
    }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> [Element] {
        let count = try reader.readLength(unit: Element.fixedWidth ?? 0)
        var elements: [Element] = []
        // A damaged length must not allocate all memory: beyond this capacity, the array grows as elements are read.
        elements.reserveCapacity(Swift.min(count, 4096))
        for _ in 0..<count { elements.append(try Element.decode(from: &reader)) }
        return elements
    }
}

extension Dictionary: StateValue where Key: StateValue, Value: StateValue {
    public static var stateSchema: String { "Dictionary<\(Key.stateSchema), \(Value.stateSchema)>" }
    /// Encodes the entries in the order of their encoded keys, so that equal dictionaries are encoded to equal bytes.
    public func encode(into writer: inout ByteWriter) {
        let entries = map { key, value -> (key: [UInt8], value: Value) in
            var encoded = ByteWriter()
            key.encode(into: &encoded)
            return (encoded.bytes(), value)
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        writer.writeLength(count)
        for (key, value) in entries {
            key.withUnsafeBytes { writer.write($0) }
            value.encode(into: &writer)
        }
    }
    public static func decode(from reader: inout ByteReader) throws -> [Key: Value] {
        let count = try reader.readLength(unit: 0)
        var entries: [Key: Value] = [:]
        entries.reserveCapacity(Swift.min(count, 4096))
        for _ in 0..<count {
            let key = try Key.decode(from: &reader)
            entries[key] = try Value.decode(from: &reader)
        }
        return entries
    }
}

extension Set: StateValue where Element: StateValue {
    public static var stateSchema: String { "Set<\(Element.stateSchema)>" }
    /// Encodes the elements in the order of their encoded bytes, so that equal sets are encoded to equal bytes.
    public func encode(into writer: inout ByteWriter) {
        let elements = map { element -> [UInt8] in
            var encoded = ByteWriter()
            element.encode(into: &encoded)
            return encoded.bytes()
        }.sorted { $0.lexicographicallyPrecedes($1) }
        writer.writeLength(count)
        for element in elements { element.withUnsafeBytes { writer.write($0) } }
    }
    public static func decode(from reader: inout ByteReader) throws -> Set<Element> {
        let count = try reader.readLength(unit: Element.fixedWidth ?? 0)
        var elements: Set<Element> = []
        elements.reserveCapacity(Swift.min(count, 4096))
        for _ in 0..<count {
            let element = try Element.decode(from: &reader)
            guard elements.insert(element).inserted else {
                throw StateDecodingError(expected: "\(count) different elements", found: "\(element) twice")
            }
        }
        return elements
    }
}
