/// A parsed document as simdjson lays it out: a word for each value in the order of the text (two for a number), and
/// behind them the strings. A value is named by the index of its word; the outermost one is at 1.
///
/// Words of simdjson's own making are trusted, indices of anything else are not: they never come from the text.
struct Tape {
    /// The outermost value.
    static var root: Int { 1 }

    let words: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>

    @inline(__always)
    func kind(_ node: Int) -> NodeKind { NodeKind(byte: UInt8(truncatingIfNeeded: words[node] >> 56)) }

    /// The bits of a number, in the word after its own.
    @inline(__always)
    func number(_ node: Int) -> UInt64 { words[node + 1] }

    /// The index after a value and all that is in it.
    @inline(__always)
    func after(_ node: Int) -> Int {
        switch kind(node) {
        case .object, .array: Int(truncatingIfNeeded: words[node] & 0xffff_ffff)
        case .signed, .unsigned, .double: node + 2
        default: node + 1
        }
    }

    /// Where the closing bracket of an object or array stands.
    @inline(__always)
    func end(_ node: Int) -> Int { Int(truncatingIfNeeded: words[node] & 0xffff_ffff) - 1 }

    /// How many values an object or array has; simdjson stops counting at 0xffffff.
    @inline(__always)
    func count(_ node: Int) -> Int { Int(truncatingIfNeeded: words[node] >> 32 & 0xff_ffff) }

    /// The UTF-8 of a string.
    @inline(__always)
    func text(_ node: Int) -> UnsafeBufferPointer<UInt8> {
        let start = strings + Int(truncatingIfNeeded: words[node] & 0xff_ffff_ffff_ffff)
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(length))
    }

    @inline(__always)
    func string(_ node: Int) -> String { String(decoding: text(node), as: UTF8.self) }
}
