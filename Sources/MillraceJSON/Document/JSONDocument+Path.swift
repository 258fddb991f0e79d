extension JSONDocument {
    /// The names and indices that lead to `target`: found by walking down to it, so that nothing needs to be noted on
    /// the way when all goes well.
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

    /// A name of the text as the type has it.
    func propertyName(_ name: String) -> String {
        guard options.keys == .convertFromSnakeCase else { return name }
        if let known = state.pointee.camelCase[name] { return known }
        // As many as a schema has; a text with names without end does not fill the memory.
        if state.pointee.camelCase.count >= 1024 { state.pointee.camelCase.removeAll(keepingCapacity: true) }
        let converted = SnakeCase.camelCase(name)
        state.pointee.camelCase[name] = converted
        return converted
    }
}
