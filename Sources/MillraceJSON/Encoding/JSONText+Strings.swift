#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension JSONText {
    /// Appends a string with quotes and escapes.
    @inlinable
    @inline(__always)
    mutating func appendString(_ text: String) {
        var text = text
        text.withUTF8 { appendString($0) }
    }

    @inlinable
    @inline(__always)
    mutating func appendString(_ bytes: UnsafeBufferPointer<UInt8>) {
        // An escape sequence has at most six bytes.
        let output = reserve(6 * bytes.count + 2)
        output[0] = UInt8(ascii: "\"")
        var length = 1
        if let input = UnsafeRawPointer(bytes.baseAddress) {
            if copyPlain(input, bytes.count, to: output + 1) {
                length += bytes.count
            } else {
                for byte in bytes { length += write(byte, output + length) }
            }
        }
        output[length] = UInt8(ascii: "\"")
        advance(length + 1)
    }

    /// Copies text a word at a time (the last word overlaps the one before) if nothing in it has to be escaped; returns
    /// `false` otherwise.
    @inlinable
    @inline(__always)
    func copyPlain(_ input: UnsafeRawPointer, _ count: Int, to output: UnsafeMutableRawPointer) -> Bool {
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                let word = input.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if needsEscape(anyOf: word) { return false }
                output.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
                index &+= 8
            }
            let word = input.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            output.storeBytes(of: word, toByteOffset: count &- 8, as: UInt64.self)
            return !needsEscape(anyOf: word)
        }
        if count >= 4 {
            let head = input.loadUnaligned(as: UInt32.self)
            let tail = input.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            output.storeBytes(of: head, as: UInt32.self)
            output.storeBytes(of: tail, toByteOffset: count &- 4, as: UInt32.self)
            return !needsEscape(anyOf: UInt64(head) << 32 | UInt64(tail))
        }
        for index in 0..<count {
            let byte = input.load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
            output.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        return true
    }

    /// Returns whether one of eight bytes is a quote, a backslash or a control character. The common bit trick: it
    /// finds bytes below a bound, and zeros after an exclusive or.
    @inlinable
    @inline(__always)
    func needsEscape(anyOf word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80) != 0
    }

    @usableFromInline
    func write(_ byte: UInt8, _ output: UnsafeMutablePointer<UInt8>) -> Int {
        if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            output[0] = byte
            return 1
        }
        return escape(byte, output)
    }

    private func escape(_ byte: UInt8, _ output: UnsafeMutablePointer<UInt8>) -> Int {
        output[0] = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output[1] = byte
        case 0x08: output[1] = UInt8(ascii: "b")
        case 0x09: output[1] = UInt8(ascii: "t")
        case 0x0a: output[1] = UInt8(ascii: "n")
        case 0x0c: output[1] = UInt8(ascii: "f")
        case 0x0d: output[1] = UInt8(ascii: "r")
        default:
            let low = byte & 0xf
            output[1] = UInt8(ascii: "u")
            output[2] = UInt8(ascii: "0")
            output[3] = UInt8(ascii: "0")
            output[4] = UInt8(ascii: "0") + byte >> 4
            output[5] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
            return 6
        }
        return 2
    }

    /// Appends the name of a member.
    @inline(__always)
    mutating func appendName(_ name: String) -> WrittenName {
        let start = count
        appendString(name)
        return WrittenName(hash: hash(start), start: start, length: count - start)
    }

    /// Returns a hash of the bytes from `start`, computed from the first and last eight bytes and the length.
    @inline(__always)
    private func hash(_ start: Int) -> UInt64 {
        let name = UnsafeRawBufferPointer(bytes)
        let length = count - start
        // Only the first name in the text can end this early; a later occurrence has to have the same hash.
        guard count >= 8 else { return name[start...].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        guard length >= 8 else {
            let last = name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return UInt64(littleEndian: last) >> (64 - 8 * UInt64(length))
        }
        let head = name.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        let tail = name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        return (head &* 0x9e37_79b9_7f4a_7c15) ^ (tail &* 0xc2b2_ae3d_27d4_eb4f) ^ UInt64(length)
    }

    func isSame(_ one: WrittenName, _ other: WrittenName) -> Bool {
        guard one.length == other.length, let start = bytes.baseAddress else { return false }
        return memcmp(start + one.start, start + other.start, one.length) == 0
    }

    /// Returns a name without its quotes, for messages.
    func name(_ written: WrittenName) -> String {
        String(decoding: bytes[written.start..<(written.start + written.length)].dropFirst().dropLast(), as: UTF8.self)
    }
}
