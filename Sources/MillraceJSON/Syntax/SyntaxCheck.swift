/// A second, slower parser for texts that simdjson rejects. simdjson does not report where a text is malformed; this
/// finds the first fault and its offset, and the numbers that are too long for simdjson.
struct SyntaxCheck {
    /// A syntax error, and the offset of the invalid byte, counted from 0.
    struct Fault: Error {
        let reason: String
        let offset: Int
    }

    /// The maximum nesting depth of a record; the same as in Foundation's decoder.
    static var depthLimit: Int { 512 }

    let text: UnsafeRawBufferPointer
    var offset = 0
    /// For each open bracket, whether it is an object's.
    private var open: [Bool] = []
    /// The ranges of numbers that may not fit into 64 bits or a double.
    private(set) var longNumbers: [Range<Int>] = []

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// Returns the first fault; `nil` if the text is one valid JSON value.
    mutating func fault() -> Fault? {
        do {
            try document()
            return nil
        } catch let fault as Fault {
            return fault
        } catch {
            return Fault(reason: "\(error)", offset: offset)
        }
    }

    var byte: UInt8? { offset < text.count ? text[offset] : nil }

    func fail(_ reason: String) -> Fault { Fault(reason: reason, offset: offset) }

    /// The byte at the current offset, for messages.
    var found: String {
        guard let byte else { return "the end" }
        guard (0x21...0x7e).contains(byte) else { return "the byte 0x\(String(byte, radix: 16))" }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }

    private mutating func document() throws {
        skipSpace()
        guard byte != nil else { throw fail("Expected a value, found nothing") }
        try value()
        while let isObject = open.last { try member(isObject: isObject) }
        guard byte == nil else { throw fail("Expected nothing after the value, found \(found)") }
    }

    /// Checks a scalar value, or the beginning of an object or array.
    private mutating func value() throws {
        switch byte {
        case UInt8(ascii: "{"): try begin(isObject: true)
        case UInt8(ascii: "["): try begin(isObject: false)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
            let start = offset
            if try number() { longNumbers.append(start..<offset) }
        default: throw fail("Expected a value, found \(found)")
        }
        skipSpace()
    }

    private mutating func begin(isObject: Bool) throws {
        guard open.count < Self.depthLimit else {
            throw fail("Nested more than \(Self.depthLimit) levels deep")
        }
        offset += 1
        skipSpace()
        if byte == UInt8(ascii: isObject ? "}" : "]") {
            offset += 1
            skipSpace()
            return
        }
        open.append(isObject)
        try element(isObject: isObject)
    }

    /// Checks what follows a member: a comma and the next member, or the closing bracket.
    private mutating func member(isObject: Bool) throws {
        switch byte {
        case UInt8(ascii: ","):
            offset += 1
            skipSpace()
            try element(isObject: isObject)
        case UInt8(ascii: isObject ? "}" : "]"):
            offset += 1
            skipSpace()
            open.removeLast()
        default: throw fail("Expected ',' or '\(isObject ? "}" : "]")', found \(found)")
        }
    }

    private mutating func element(isObject: Bool) throws {
        if isObject {
            guard byte == UInt8(ascii: "\"") else { throw fail("Expected a name in quotes, found \(found)") }
            try string()
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw fail("Expected ':', found \(found)") }
            offset += 1
            skipSpace()
        }
        try value()
    }

    private mutating func literal(_ word: StaticString) throws {
        let bytes = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard text[offset...].starts(with: bytes) else { throw fail("Expected \(word)") }
        offset += bytes.count
    }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }
}
