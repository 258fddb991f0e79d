import MillraceRecords

/// The members of open objects: where their names and values are. The memory belongs to one decoder.
@usableFromInline
struct JSONMemberIndex {
    @usableFromInline
    struct Member {
        var name: UnsafePointer<UInt8>
        var count: Int
        var value: UnsafePointer<UInt8>
    }

    /// Room for `capacity` members, and their number.
    private let members: UnsafeMutablePointer<Member>
    private let count: UnsafeMutablePointer<Int>
    /// The text `null`, as padded as all texts are.
    @usableFromInline let null: UnsafePointer<UInt8>

    /// More members in open objects than these are for `JSONDocument`.
    private static var capacity: Int { 256 }
    /// How deep skipped values may be nested.
    private static var deepest: Int { 64 }

    init() {
        members = .allocate(capacity: Self.capacity)
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 4 + JSONSchemaDecoder.padding)
        text.initialize(repeating: 0, count: 4 + JSONSchemaDecoder.padding)
        for (place, byte) in "null".utf8.enumerated() { text[place] = byte }
        null = UnsafePointer(text)
    }

    func deallocate() {
        members.deallocate()
        count.deallocate()
        null.deallocate()
    }

    @usableFromInline
    func clear() { count.pointee = 0 }

    /// Notes the members from `cursor`, which is before a name, to the end of the object. Returns them, and what is after
    /// the object; `nil` if something is irregular.
    func read(from cursor: UnsafePointer<UInt8>) -> (members: Range<Int>, end: UnsafePointer<UInt8>)? {
        let first = count.pointee
        var cursor = cursor
        while true {
            guard cursor.pointee == UInt8(ascii: "\""), count.pointee < Self.capacity else { return nil }
            let name = cursor + 1
            guard let afterName = Self.afterPlainString(name) else { return nil }
            let length = afterName - 1 - name
            cursor = Self.skipSpaces(afterName)
            guard cursor.pointee == UInt8(ascii: ":") else { return nil }
            cursor = Self.skipSpaces(cursor + 1)
            members[count.pointee] = Member(name: name, count: length, value: cursor)
            count.pointee += 1
            guard let afterValue = Self.skipValue(cursor) else { return nil }
            cursor = Self.skipSpaces(afterValue)
            if cursor.pointee == UInt8(ascii: "}") { return (first..<count.pointee, cursor + 1) }
            guard cursor.pointee == UInt8(ascii: ",") else { return nil }
            cursor = Self.skipSpaces(cursor + 1)
        }
    }

    /// Forgets the members of an object that is closed.
    @usableFromInline
    func remove(from first: Int) { count.pointee = first }

    /// The first member called `name`.
    func find(_ name: StaticString, in range: Range<Int>) -> Int? { range.first { isCalled(name, $0) } }

    private func isCalled(_ name: StaticString, _ place: Int) -> Bool {
        let member = members[place]
        guard member.count == name.utf8CodeUnitCount else { return false }
        for byte in 0..<member.count where member.name[byte] != name.utf8Start[byte] { return false }
        return true
    }

    func value(_ place: Int) -> UnsafePointer<UInt8> { members[place].value }
}

// What is skipped has to be valid JSON, too.
extension JSONMemberIndex {
    /// A word with the highest bit of each byte set that is a quote, a backslash or a control character; of the bytes
    /// after the first, more may be set.
    @inlinable
    @inline(__always)
    static func special(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80)
    }

    /// A line feed is irregular, and left to `JSONDocument`: in a file it ends a record, and what follows was not validated.
    @usableFromInline
    static func skipSpaces(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var cursor = start
        while cursor.pointee == 0x20 || cursor.pointee == 0x0d || cursor.pointee == 0x09 {
            cursor += 1
        }
        return cursor
    }

    /// What is after a string without escapes, whose first character is at `start`.
    static func afterPlainString(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var cursor = start
        while true {
            let special = special(in: UInt64(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self)))
            if special != 0 {
                cursor += special.trailingZeroBitCount >> 3
                return cursor.pointee == UInt8(ascii: "\"") ? cursor + 1 : nil
            }
            cursor += 8
        }
    }

    /// What is after a value; `nil` if it is irregular.
    static func skipValue(_ start: UnsafePointer<UInt8>, depth: Int = 0) -> UnsafePointer<UInt8>? {
        switch start.pointee {
        case UInt8(ascii: "\""): return afterPlainString(start + 1) ?? JSONEscapes.text(at: start)?.end
        case UInt8(ascii: "t"): return after("true", start)
        case UInt8(ascii: "f"): return after("false", start)
        case UInt8(ascii: "n"): return after("null", start)
        case UInt8(ascii: "["), UInt8(ascii: "{"): return depth < deepest ? skipContainer(start, depth: depth) : nil
        default: return skipNumber(start)
        }
    }

    private static func after(_ word: StaticString, _ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        for place in 0..<word.utf8CodeUnitCount where start[place] != word.utf8Start[place] { return nil }
        return start + word.utf8CodeUnitCount
    }

    private static func skipContainer(_ start: UnsafePointer<UInt8>, depth: Int) -> UnsafePointer<UInt8>? {
        let isObject = start.pointee == UInt8(ascii: "{")
        let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        var cursor = skipSpaces(start + 1)
        if cursor.pointee == closing { return cursor + 1 }
        while true {
            if isObject {
                guard cursor.pointee == UInt8(ascii: "\""), let afterName = skipValue(cursor, depth: depth + 1) else {
                    return nil
                }
                cursor = skipSpaces(afterName)
                guard cursor.pointee == UInt8(ascii: ":") else { return nil }
                cursor = skipSpaces(cursor + 1)
            }
            guard let afterValue = skipValue(cursor, depth: depth + 1) else { return nil }
            cursor = skipSpaces(afterValue)
            if cursor.pointee == closing { return cursor + 1 }
            guard cursor.pointee == UInt8(ascii: ",") else { return nil }
            cursor = skipSpaces(cursor + 1)
        }
    }

    static func skipNumber(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var cursor = start.pointee == UInt8(ascii: "-") ? start + 1 : start
        func digits() -> Int {
            let first = cursor
            while cursor.pointee &- UInt8(ascii: "0") < 10 { cursor += 1 }
            return cursor - first
        }
        let startsWithZero = cursor.pointee == UInt8(ascii: "0")
        let count = digits()
        // What does not fit 64 bits is for `JSONDocument`.
        guard count > 0, count <= 18, !startsWithZero || count == 1 else { return nil }
        if cursor.pointee == UInt8(ascii: ".") {
            cursor += 1
            guard digits() > 0 else { return nil }
        }
        if cursor.pointee | 0x20 == UInt8(ascii: "e") { return nil }
        return cursor
    }
}
