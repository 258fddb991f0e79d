/// A dictionary whose keys are data, so that the key strategy does not apply to them.
protocol StringKeyedDictionary {
    /// Decodes the object at `node`, with unchanged keys.
    static func decode(at node: Int, of document: JSONDocument, generation: UInt32) throws -> Any
}

extension Dictionary: StringKeyedDictionary where Key == String, Value: Decodable {
    static func decode(at node: Int, of document: JSONDocument, generation: UInt32) throws -> Any {
        let tape = try document.tape(generation)
        guard tape.kind(node) == .object else {
            throw document.mismatch([String: Any].self, at: node, on: tape)
        }
        var result: Self = [:]
        for key in tape.members(of: node) {
            let name = tape.string(key)
            guard result[name] == nil else { continue }
            result[name] = try document.value(Value.self, at: key + 1, generation: generation)
        }
        return result
    }
}
