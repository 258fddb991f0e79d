extension ValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        guard let tape = try? document.tape(generation) else { return false }
        return tape.kind(node) == .null
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try document.value(type, at: node, generation: generation)
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try document.bool(at: node, on: document.tape(generation))
    }
    func decode(_ type: String.Type) throws -> String {
        try document.string(at: node, on: document.tape(generation))
    }
    func decode(_ type: Double.Type) throws -> Double {
        try document.double(at: node, on: document.tape(generation))
    }
    func decode(_ type: Float.Type) throws -> Float {
        try document.float(at: node, on: document.tape(generation))
    }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }

    @inline(__always)
    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        try document.integer(type, at: node, on: document.tape(generation))
    }
}
