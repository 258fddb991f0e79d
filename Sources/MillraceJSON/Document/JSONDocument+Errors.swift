extension JSONDocument {
    /// Returns the error for a value at `node` that is of another kind than `type`.
    @inline(never)
    func mismatch(_ type: Any.Type, at node: Int, on tape: Tape) -> DecodingError {
        let path = path(to: node, on: tape)
        guard tape.kind(node) != .null else {
            return .valueNotFound(
                type,
                DecodingError.Context(
                    codingPath: path, debugDescription: "Cannot get value of type \(type) -- found null value instead"))
        }
        return .typeMismatch(
            type,
            DecodingError.Context(
                codingPath: path,
                debugDescription: "Expected to decode \(type) but found \(tape.kind(node).description) instead."))
    }

    /// Returns the error for a value at `node` that is of the right kind, but not a valid value of the type.
    @inline(never)
    func corrupted(_ reason: String, at node: Int, on tape: Tape) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path(to: node, on: tape), debugDescription: reason))
    }

    /// Returns the error for an object without a member called `key`.
    @inline(never)
    func missing(_ key: some CodingKey, in object: Int, on tape: Tape) -> DecodingError {
        .keyNotFound(
            key,
            DecodingError.Context(
                codingPath: path(to: object, on: tape),
                debugDescription: "No value associated with key \(key) (\"\(key.stringValue)\")."))
    }
}
