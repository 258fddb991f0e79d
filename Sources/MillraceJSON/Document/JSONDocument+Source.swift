import CMillraceSimdjson

extension JSONDocument {
    /// Where the text of the value at `node` begins.
    ///
    /// Tape and tokens run in step, but for commas and colons. Only what the tape does not keep needs this (a number's
    /// digits), and the search goes on where the one before ended.
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

    /// The digits of the number at `node`, as they stand in the text.
    func numberText(_ node: Int, on tape: Tape) -> String {
        guard let offset = sourceOffset(node, on: tape), let text = csimdjson_reserve(parser, 0) else { return "" }
        if let number = state.pointee.oversized[offset] { return number }
        // The padding after the text is no part of any number, so this ends.
        var end = offset
        while NumberText.isPart(text[end]) { end += 1 }
        return String(decoding: UnsafeBufferPointer(start: text + offset, count: end - offset), as: UTF8.self)
    }
}
