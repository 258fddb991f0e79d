import Foundation
import MillraceRecords
import MillraceTime

/// Writes the fields of a `SchemaRecord` as the members of a JSON object.
@frozen
@usableFromInline
struct JSONFieldWriter: FieldWriter {
    /// The memory belongs to the encoder.
    @usableFromInline var text: JSONText
    /// Whether the object or array that is open has a member or element already.
    @usableFromInline var isFirst = true
    /// The member that was begun last.
    @usableFromInline var name: StaticString = ""
    /// Where the member that was begun last begins; -1 within an array or a dictionary.
    @usableFromInline var start = -1
    @usableFromInline var wasFirst = true
    /// The member of the present object in which something has no JSON representation.
    @usableFromInline var failed: StaticString = ""
    /// What has no JSON representation, if there is something: the record is not written, then.
    @usableFromInline var failure: Unmanaged<JSONWriteFailure>?

    /// Whether the names of all fields are written as they are, without escapes.
    @usableFromInline let hasPlainNames: Bool

    @inlinable
    init(_ text: JSONText, hasPlainNames: Bool) {
        self.text = text
        self.hasPlainNames = hasPlainNames
    }

    @inlinable
    @inline(__always)
    mutating func begin(field name: StaticString) {
        (start, wasFirst) = (text.count, isFirst)
        self.name = name
        let count = name.utf8CodeUnitCount
        guard hasPlainNames else { return beginUnusual(name) }
        // `,"name":`
        let output = text.reserve(count &+ 4)
        output[0] = UInt8(ascii: ",")
        let quote = output + (isFirst ? 0 : 1)
        quote[0] = UInt8(ascii: "\"")
        copy(name.utf8Start, count, to: quote + 1)
        quote[count &+ 1] = UInt8(ascii: "\"")
        quote[count &+ 2] = UInt8(ascii: ":")
        text.advance((isFirst ? 0 : 1) &+ count &+ 3)
        isFirst = false
    }

    @usableFromInline
    @inline(never)
    mutating func beginUnusual(_ name: StaticString) {
        separate()
        text.appendString("\(name)")
        text.append(UInt8(ascii: ":"))
    }

    /// Copies a name in words, the second of which overlaps the first; the length is known where this is inlined.
    @inlinable
    @inline(__always)
    func copy(_ name: UnsafePointer<UInt8>, _ count: Int, to output: UnsafeMutablePointer<UInt8>) {
        func copy<T: BitwiseCopyable>(_ type: T.Type, _ place: Int) {
            UnsafeMutableRawPointer(output + place).storeBytes(
                of: UnsafeRawPointer(name + place).loadUnaligned(as: T.self), as: T.self)
        }
        if count >= 8, count <= 16 {
            copy(UInt64.self, 0)
            copy(UInt64.self, count &- 8)
        } else if count >= 4, count < 8 {
            copy(UInt32.self, 0)
            copy(UInt32.self, count &- 4)
        } else {
            for place in 0..<count { output[place] = name[place] }
        }
    }

    @inlinable
    @inline(__always)
    mutating func separate() {
        if !isFirst { text.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    @inlinable
    @inline(__always)
    mutating func write<T: FixedWidthInteger & BitwiseCopyable & Sendable>(integer: T) { text.append(integer: integer) }

    @inlinable
    @inline(__always)
    mutating func write(double: Double) {
        if double.isFinite { text.append(double: double) } else { fail("Double", double.description) }
    }

    @usableFromInline
    mutating func write(float: Float) {
        if float.isFinite { text.append(number: float) } else { fail("Float", float.description) }
    }

    @inlinable
    mutating func write(bool: Bool) {
        let (word, count): (UInt64, Int) = bool ? (0x6575_7274, 4) : (0x65_736c_6166, 5)
        UnsafeMutableRawPointer(text.reserve(8)).storeBytes(of: word.littleEndian, as: UInt64.self)
        text.advance(count)
    }

    @inlinable
    mutating func write(string: String) { text.appendString(string) }

    @inlinable
    mutating func write(inlineText: InlineText) { inlineText.withUTF8 { text.appendString($0) } }

    @usableFromInline
    mutating func write(timestamp: Timestamp) {
        guard Timestamp.fourDigitYears.contains(timestamp.milliseconds) else {
            return text.append(integer: timestamp.milliseconds)
        }
        let output = text.reserve(Timestamp.longestISO8601 + 2)
        output[0] = UInt8(ascii: "\"")
        let count = timestamp.writeISO8601(
            to: UnsafeMutableBufferPointer(start: output + 1, count: Timestamp.longestISO8601))
        output[count + 1] = UInt8(ascii: "\"")
        text.advance(count + 2)
    }

    /// Seconds since 2001, as an encoder without options writes it.
    @usableFromInline
    mutating func write(date: Date) { write(double: date.timeIntervalSinceReferenceDate) }

    @usableFromInline
    mutating func write(numberText: String) {
        if numberText == "NaN" { fail("Decimal", "nan") } else { text.append(numberText) }
    }

    @inlinable
    @inline(__always)
    mutating func write<Value: FieldValue>(optional: Value?) {
        if let optional { return optional.write(to: &self) }
        // As `Codable` has it: an optional property without a value is not a member.
        guard start >= 0 else { return writeNull() }
        text.shrink(to: start)
        isFirst = wasFirst
    }

    @inlinable
    mutating func writeNull() {
        UnsafeMutableRawPointer(text.reserve(4)).storeBytes(of: UInt32(0x6c6c_756e).littleEndian, as: UInt32.self)
        text.advance(4)
    }

    @inlinable
    mutating func write<Element: FieldValue>(array: [Element]) {
        text.append(UInt8(ascii: "["))
        isFirst = true
        for (index, element) in array.enumerated() {
            separate()
            start = -1
            let before = failure == nil
            element.write(to: &self)
            if before, failure != nil { note(index: index) }
        }
        text.append(UInt8(ascii: "]"))
        isFirst = false
    }

    /// Writes the members in alphabetical order, so that equal records have equal bytes.
    @inlinable
    mutating func write<Value: FieldValue>(dictionary: [String: Value]) {
        text.append(UInt8(ascii: "{"))
        isFirst = true
        for (key, value) in dictionary.sorted(by: { $0.key < $1.key }) {
            separate()
            text.appendString(key)
            text.append(UInt8(ascii: ":"))
            start = -1
            let before = failure == nil
            value.write(to: &self)
            if before, failure != nil { note(key) }
        }
        text.append(UInt8(ascii: "}"))
        isFirst = false
    }

    @inlinable
    mutating func write<Value: SchemaRecord>(record: Value) {
        let (outer, before) = (name, failure == nil)
        text.append(UInt8(ascii: "{"))
        isFirst = true
        record.write(fieldsTo: &self)
        text.append(UInt8(ascii: "}"))
        isFirst = false
        if before, failure != nil {
            note("\(failed)")
            failed = outer
        }
        name = outer
    }

    /// Notes that a value has no JSON representation, with the message of the encoder for `Codable` types.
    @usableFromInline
    @inline(never)
    mutating func fail(_ type: String, _ value: String) {
        writeNull()
        guard failure == nil else { return }
        failed = name
        let found = value == "inf" ? "infinity" : value == "-inf" ? "-infinity" : "nan"
        failure = .passRetained(JSONWriteFailure("Unable to encode \(type).\(found) directly in JSON."))
    }

    /// Adds what the value that failed is in.
    @usableFromInline
    @inline(never)
    func note(_ key: String) { failure?.takeUnretainedValue().path.insert(JSONKey(stringValue: key), at: 0) }

    @usableFromInline
    @inline(never)
    func note(index: Int) { failure?.takeUnretainedValue().path.insert(JSONKey(index: index), at: 0) }
}

/// Why a record has no JSON representation. Used by one encoder.
@usableFromInline
final class JSONWriteFailure {
    let reason: String
    var path: [any CodingKey] = []

    init(_ reason: String) { self.reason = reason }
}
