import CMillraceSimdjson

extension JSONDocument {
    /// Parses `bytes`, replacing the previous record.
    func parse(_ bytes: UnsafeRawBufferPointer) throws {
        state.pointee.tape = nil
        state.pointee.generation &+= 1
        state.pointee.searched = TokenCursor()
        if state.pointee.hasOversized {
            state.pointee.hasOversized = false
            state.pointee.oversized.removeAll(keepingCapacity: true)
        }
        if !state.pointee.indexes.isEmpty { state.pointee.indexes.removeAll(keepingCapacity: true) }
        let mark = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
        let text = UnsafeRawBufferPointer(rebasing: bytes[mark...])
        let buffer = try copy(text)
        switch run(text.count) {
        case csimdjson_success: return
        case csimdjson_out_of_memory: throw JSONOutOfMemory()
        case csimdjson_too_long: throw failure("The record is longer than 4 GiB.")
        default: break
        }
        var check = SyntaxCheck(text)
        if let fault = check.fault() { throw failure("\(fault.reason) at byte \(fault.offset + mark).") }
        try parseWithoutOversized(check.longNumbers, of: text, in: buffer)
    }

    private func copy(_ text: UnsafeRawBufferPointer) throws -> UnsafeMutableRawBufferPointer {
        guard let buffer = csimdjson_reserve(parser, text.count) else { throw JSONOutOfMemory() }
        let copied = UnsafeMutableRawBufferPointer(start: buffer, count: text.count)
        copied.copyMemory(from: text)
        return copied
    }

    private func run(_ length: Int) -> csimdjson_result {
        var document = csimdjson_document()
        let result = csimdjson_parse(parser, length, &document)
        if result == csimdjson_success, let words = document.tape, let strings = document.strings {
            state.pointee.tape = Tape(words: words, strings: strings)
        }
        return result
    }

    /// Parses a record that contains numbers that do not fit into 64 bits. simdjson rejects such a record, so they are
    /// replaced with zeros for it, and decoded from their texts if needed.
    private func parseWithoutOversized(
        _ numbers: [Range<Int>], of text: UnsafeRawBufferPointer, in buffer: UnsafeMutableRawBufferPointer
    ) throws {
        for number in numbers {
            state.pointee.oversized[number.lowerBound] = String(decoding: text[number], as: UTF8.self)
            for place in number { buffer[place] = UInt8(ascii: place == number.lowerBound ? "0" : " ") }
        }
        state.pointee.hasOversized = !numbers.isEmpty
        guard run(text.count) == csimdjson_success else { throw failure("The record is not valid JSON.") }
    }
}
