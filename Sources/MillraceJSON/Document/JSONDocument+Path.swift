extension JSONDocument {
    /// Returns the names and indices that lead to `target`. They are found by walking down from the root, so that
    /// successful decoding does not need to record paths.
    func path(to target: Int, on tape: Tape) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var node = Tape.root
        while node < target {
            switch tape.kind(node) {
            case .object:
                guard let key = tape.members(of: node).first(where: { tape.after($0 + 1) > target }) else {
                    return path
                }
                path.append(JSONKey(stringValue: propertyName(tape.string(key))))
                node = key + 1
            case .array:
                var element = node + 1
                var index = 0
                while tape.after(element) <= target {
                    element = tape.after(element)
                    index += 1
                }
                path.append(JSONKey(index: index))
                node = element
            default: return path
            }
        }
        return path
    }

    /// Returns the coding key name for a name in the text.
    func propertyName(_ name: String) -> String {
        guard options.keys == .convertFromSnakeCase else { return name }
        if let known = state.pointee.camelCase[name] { return known }
        // Bounded, so that input with ever new names does not fill the memory.
        if state.pointee.camelCase.count >= 1024 { state.pointee.camelCase.removeAll(keepingCapacity: true) }
        let converted = SnakeCase.camelCase(name)
        state.pointee.camelCase[name] = converted
        return converted
    }
}
