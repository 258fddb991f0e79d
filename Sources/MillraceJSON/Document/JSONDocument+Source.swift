import CMillraceSimdjson

extension JSONDocument {
    /// Returns the offset in the text at which the value at `node` begins.
    ///
    /// The tape has one node per token, except for commas and colons. This is needed only for what the tape does not
    /// contain (the digits of a number). A search continues where the previous one ended.
    func sourceOffset(_ node: Int, on tape: Tape) -> Int? {
        var count = 0
        guard let offsets = csimdjson_token_offsets(parser, &count),
            let text = csimdjson_reserve(parser, 0)
        else { return nil }
        var cursor = state.pointee.searched.node <= node ? state.pointee.searched : TokenCursor()
        while cursor.token < count {
            let offset = Int(offsets[cursor.token])
            if text[offset] == UInt8(ascii: ",") || text[offset] == UInt8(ascii: ":") {
                cursor.token += 1
                continue
            }
            if cursor.node == node {
                state.pointee.searched = cursor
                return offset
            }
            cursor.token += 1
            cursor.node += tape.kind(cursor.node).isNumber ? 2 : 1
        }
        return nil
    }

    /// Returns the text of the number at `node`.
    func numberText(_ node: Int, on tape: Tape) -> String {
        guard let offset = sourceOffset(node, on: tape), let text = csimdjson_reserve(parser, 0) else { return "" }
        if let number = state.pointee.oversized[offset] { return number }
        // Ends at the latest in the padding after the text, which contains no number characters.
        var end = offset
        while NumberText.isPart(text[end]) { end += 1 }
        return String(decoding: UnsafeBufferPointer(start: text + offset, count: end - offset), as: UTF8.self)
    }
}
