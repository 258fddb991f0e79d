extension JSONDocument {
    /// Members from which on an index pays: up to it, a walk over the names is as fast as hashing one.
    private static var indexThreshold: Int { 32 }

    /// Whether a walk over an object's members would take too long, or would not do since their names are not the
    /// text's.
    @inline(__always)
    func isIndexed(_ object: Int, on tape: Tape) -> Bool {
        tape.count(object) > Self.indexThreshold || state.pointee.convertsKeys
    }

    @inline(never)
    func indexedMember(_ name: String, of object: Int, on tape: Tape) -> Int? {
        if let index = state.pointee.indexes[object] { return index[name] }
        let index = makeIndex(of: object, on: tape)
        state.pointee.indexes[object] = index
        return index[name]
    }

    private func makeIndex(of object: Int, on tape: Tape) -> [String: Int] {
        var index: [String: Int] = [:]
        index.reserveCapacity(tape.count(object))
        for key in tape.members(of: object) {
            let name = propertyName(tape.string(key))
            if index[name] == nil { index[name] = key + 1 }
        }
        return index
    }

    /// The value at `node` is no object, or no array.
    @inline(never)
    func noContainer(_ type: Any.Type, at node: Int, on tape: Tape) -> DecodingError {
        guard tape.kind(node) == .null else { return mismatch(type, at: node, on: tape) }
        let kind = type == [Any].self ? "unkeyed" : "keyed"
        return .valueNotFound(
            type,
            DecodingError.Context(
                codingPath: path(to: node, on: tape),
                debugDescription: "Cannot get \(kind) decoding container -- found null value instead"))
    }
}
