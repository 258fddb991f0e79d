extension JSONDocument {
    /// The number of members above which an index is built. Up to it, a linear search is as fast as hashing a name.
    private static var indexThreshold: Int { 32 }

    /// Returns whether members are found through an index: for large objects, and if names are converted.
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

    /// Returns the error for a value at `node` that is not an object or not an array.
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
