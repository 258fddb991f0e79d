/// A parsed document in simdjson's layout: one word per value in the order of the text (two for a number), and a
/// separate buffer of strings. A value is identified by the index of its word, its node; the root is at 1.
///
/// The words are trusted because simdjson wrote them; node indices are only derived from them, never from the text.
struct Tape {
    /// The node of the root value.
    static var root: Int { 1 }

    let words: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>

    @inline(__always)
    func kind(_ node: Int) -> NodeKind { NodeKind(byte: UInt8(truncatingIfNeeded: words[node] >> 56)) }

    /// Returns the bits of a number, which are in the word after its node.
    @inline(__always)
    func number(_ node: Int) -> UInt64 { words[node + 1] }

    /// Returns the index after a value and everything in it.
    @inline(__always)
    func after(_ node: Int) -> Int {
        switch kind(node) {
        case .object, .array: Int(truncatingIfNeeded: words[node] & 0xffff_ffff)
        case .signed, .unsigned, .double: node + 2
        default: node + 1
        }
    }

    /// Returns the index of the closing bracket of an object or array.
    @inline(__always)
    func end(_ node: Int) -> Int { Int(truncatingIfNeeded: words[node] & 0xffff_ffff) - 1 }

    /// Returns the number of values in an object or array; simdjson stops counting at 0xffffff.
    @inline(__always)
    func count(_ node: Int) -> Int { Int(truncatingIfNeeded: words[node] >> 32 & 0xff_ffff) }

    /// Returns the UTF-8 bytes of a string.
    @inline(__always)
    func text(_ node: Int) -> UnsafeBufferPointer<UInt8> {
        let start = strings + Int(truncatingIfNeeded: words[node] & 0xff_ffff_ffff_ffff)
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(length))
    }

    @inline(__always)
    func string(_ node: Int) -> String { String(decoding: text(node), as: UTF8.self) }
}
