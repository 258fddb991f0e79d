import Foundation
import MillraceRecords
import MillraceTime

extension JSONFieldReader {
    /// The digits at `cursor`: their value, if they are at most 18, and their number. Leading zeros are irregular.
    @inlinable
    @inline(__always)
    mutating func digits() throws -> (value: UInt64, count: Int) {
        let start = cursor
        let word = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
        let count = DecimalDigits.count(word)
        guard count > 0 else { throw Irregular.text }
        let value = DecimalDigits.valueOfDigits(word, count: count)
        if count == 8 {
            let number = try Self.moreDigits(value, start)
            cursor = start + number.count
            return number
        }
        cursor = start + count
        if start.pointee == UInt8(ascii: "0"), count > 1 { throw Irregular.text }
        return (value, count)
    }

    @inlinable
    static func moreDigits(_ first: UInt64, _ start: UnsafePointer<UInt8>) throws -> (value: UInt64, count: Int) {
        if start.pointee == UInt8(ascii: "0") { throw Irregular.text }
        let word = UInt64(littleEndian: UnsafeRawPointer(start + 8).loadUnaligned(as: UInt64.self))
        let next = DecimalDigits.count(word)
        guard next > 0 else { return (first, 8) }
        var value = first &* DecimalDigits.smallPower(next) &+ DecimalDigits.valueOfDigits(word, count: next)
        var count = 8 &+ next
        guard count == 16 else { return (value, count) }
        while true {
            let digit = start[count] &- UInt8(ascii: "0")
            guard digit < 10 else { return (value, count) }
            value = value &* 10 &+ UInt64(digit)
            count &+= 1
            guard count <= 18 else { throw Irregular.text }
        }
    }

    /// Throws if what follows an integer makes it another number.
    @inlinable
    @inline(__always)
    func endsInteger() throws {
        let byte = cursor.pointee
        if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { throw Irregular.text }
    }

    @inlinable
    @inline(__always)
    mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable & Sendable>() throws -> T {
        let isNegative = cursor.pointee == UInt8(ascii: "-")
        cursor += isNegative ? 1 : 0
        let magnitude = Int64(truncatingIfNeeded: try digits().value)
        try endsInteger()
        let flip: Int64 = isNegative ? -1 : 0
        guard let value = T(exactly: (magnitude ^ flip) &- flip) else { throw Irregular.text }
        return value
    }

    @inlinable
    mutating func readDouble() throws -> Double {
        let isNegative = cursor.pointee == UInt8(ascii: "-")
        cursor += isNegative ? 1 : 0
        var (mantissa, count) = try digits()
        var places = 0
        if cursor.pointee == UInt8(ascii: ".") {
            cursor += 1
            while true {
                let digit = cursor.pointee &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                places &+= 1
                cursor += 1
                guard count &+ places <= 18 else { throw Irregular.text }
            }
            guard places > 0 else { throw Irregular.text }
        }
        count &+= places
        // Both operands are exact, so the quotient is the nearest `Double` (Clinger 1990).
        guard count <= 15, cursor.pointee | 0x20 != UInt8(ascii: "e") else { throw Irregular.text }
        let value = Double(mantissa) / DecimalDigits.power(places)
        return isNegative ? -value : value
    }

    @usableFromInline
    mutating func readFloat() throws -> Float {
        let value = try readDouble()
        // Not rounded twice: only numbers that `Float` holds as they are.
        guard let exact = Float(exactly: value) else { throw Irregular.text }
        return exact
    }

    /// The text of the string at `cursor`, which is after it then. Strings with escapes are irregular.
    @inlinable
    @inline(__always)
    mutating func plainText() throws -> UnsafeBufferPointer<UInt8> {
        try expect(UInt8(ascii: "\""))
        let start = cursor
        while true {
            let word = UInt64(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
            let special = JSONMemberIndex.special(in: word)
            if special != 0 {
                cursor += special.trailingZeroBitCount &>> 3
                break
            }
            cursor += 8
        }
        let text = UnsafeBufferPointer(start: start, count: cursor - start)
        guard cursor.pointee == UInt8(ascii: "\"") else { throw Irregular.text }
        cursor += 1
        return text
    }

    @inlinable
    mutating func readString() throws -> String {
        let start = cursor
        do { return Self.string(try plainText()) } catch {
            cursor = start
            return try escapedText()
        }
    }

    /// The text has been validated as UTF-8.
    @inlinable
    @inline(__always)
    static func string(_ text: UnsafeBufferPointer<UInt8>) -> String {
        #if compiler(>=6.2)
            if #available(macOS 26, *) { return String(copying: UTF8Span(unchecked: text.span)) }
        #endif
        return String(decoding: text, as: UTF8.self)
    }

    @usableFromInline
    @inline(never)
    mutating func escapedText() throws -> String {
        guard let (text, end) = JSONEscapes.text(at: cursor) else { throw Irregular.text }
        cursor = end
        return text
    }

    @inlinable
    @inline(__always)
    mutating func readInlineText() throws -> InlineText {
        let text = try plainText()
        guard text.count <= InlineText.capacity, let start = text.baseAddress else { throw Irregular.text }
        return InlineText(padded: UnsafeRawPointer(start), count: text.count)
    }

    @inlinable
    mutating func readTimestamp() throws -> Timestamp {
        if cursor.pointee == UInt8(ascii: "\"") {
            let text = try plainText()
            guard let time = Timestamp(iso8601: UnsafeRawBufferPointer(text)) else { throw Irregular.text }
            return time
        }
        guard times == .millisecondsSince1970 else { throw Irregular.text }
        return Timestamp(milliseconds: try readInteger())
    }

    @inlinable
    mutating func readDate() throws -> Date {
        guard hasPlainDates else { throw Irregular.text }
        return Date(timeIntervalSinceReferenceDate: try readDouble())
    }

    @usableFromInline
    mutating func readNumberText() throws -> String {
        let start = cursor
        guard let end = JSONMemberIndex.skipNumber(start) else { throw Irregular.text }
        cursor = end
        return String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    }
}
