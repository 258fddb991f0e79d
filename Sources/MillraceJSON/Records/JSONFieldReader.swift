import MillraceRecords
import MillraceTime

/// Reads the members of a JSON object for a `SchemaRecord`, straight from the text.
///
/// It expects the members in the order of the schema. Where another comes first, the rest of the object is indexed
/// (`JSONMemberIndex`), and members are looked up from there. It takes only what it has checked to be valid; at anything
/// else it throws `Irregular`, and `JSONDocument` reads the record again, which decides, and says what is wrong.
///
/// The text is followed by 64 zeros: every loop ends there, because no token of JSON contains a zero.
///
/// Functions that are called, not inlined, take the cursor and return it where they can, so that it stays in a register.
@frozen
@usableFromInline
struct JSONFieldReader: FieldReader {
    /// Why the record is read again by way of `JSONDocument`.
    @usableFromInline
    enum Irregular: Error { case text }

    @usableFromInline var cursor: UnsafePointer<UInt8>
    @usableFromInline let times: Timestamp.NumberMeaning
    /// Whether a `Date` is a number of seconds since 2001. What else it may be is for `JSONDocument`.
    @usableFromInline let hasPlainDates: Bool
    /// The members of the objects that are open and not in the order of the schema.
    @usableFromInline let index: JSONMemberIndex
    /// The indexed members of the present object; empty while they come in the order of the schema.
    @usableFromInline var members: Range<Int> = 0..<0
    /// Whether the members of the present object are indexed.
    @usableFromInline var isIndexed = false
    /// Whether the closing brace of the present object has been read; if indexed, `cursor` is set to `end` at last.
    @usableFromInline var isClosed = false
    @usableFromInline var end: UnsafePointer<UInt8>
    /// How many objects and arrays are open. Deeper ones are for `JSONDocument`, which bounds them.
    @usableFromInline var depth = 1

    @inlinable
    init(_ text: UnsafePointer<UInt8>, times: Timestamp.NumberMeaning, hasPlainDates: Bool, index: JSONMemberIndex) {
        cursor = text
        end = text
        self.times = times
        self.hasPlainDates = hasPlainDates
        self.index = index
    }

    // MARK: Objects

    @inlinable
    @inline(__always)
    mutating func skipSpace() {
        if cursor.pointee > 0x20 { return }
        cursor = JSONMemberIndex.skipSpaces(cursor)
    }

    /// Skips one character, which has to be there.
    @inlinable
    @inline(__always)
    mutating func expect(_ byte: UInt8) throws {
        guard cursor.pointee == byte else { throw Irregular.text }
        cursor += 1
    }

    /// Goes to the value of the member `name`. Returns whether it is there.
    @inlinable
    @inline(__always)
    mutating func find(_ name: StaticString) throws -> Bool {
        // As encoders write it: the name, a colon, and the value without white space.
        if !isClosed, isMember(name) {
            cursor += name.utf8CodeUnitCount &+ 3
            skipSpace()
            return true
        }
        return try findUnusual(name)
    }

    /// Whether the name in quotes and a colon are at `cursor`.
    @inlinable
    @inline(__always)
    func isMember(_ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard count >= 1, count <= 13 else { return false }
        // In two words, of which the second overlaps the first. With a literal name they are constants.
        let text = UnsafeRawPointer(cursor)
        if count >= 5 {
            return UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) == Self.half(name, 0) | Self.half(name, 4)
                &<< 32
                && UInt64(littleEndian: text.loadUnaligned(fromByteOffset: count &- 5, as: UInt64.self))
                    == Self.half(name, count &- 5) | Self.half(name, count &- 1) &<< 32
        }
        return UInt64(UInt32(littleEndian: text.loadUnaligned(as: UInt32.self))) == Self.half(name, 0)
            && UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: count &- 1, as: UInt32.self)))
                == Self.half(name, count &- 1)
    }

    /// Four bytes of the name in quotes and a colon.
    @inlinable
    @inline(__always)
    static func half(_ name: StaticString, _ place: Int) -> UInt64 {
        UInt64(byte(name, place)) | UInt64(byte(name, place &+ 1)) &<< 8 | UInt64(byte(name, place &+ 2)) &<< 16
            | UInt64(byte(name, place &+ 3)) &<< 24
    }

    @inlinable
    @inline(__always)
    static func byte(_ name: StaticString, _ place: Int) -> UInt8 {
        let count = name.utf8CodeUnitCount
        if place == 0 || place == count &+ 1 { return UInt8(ascii: "\"") }
        return place == count &+ 2 ? UInt8(ascii: ":") : name.utf8Start[place &- 1]
    }

    @inlinable
    @inline(never)
    mutating func findUnusual(_ name: StaticString) throws -> Bool {
        if isIndexed { return try lookUp(name) }
        if isClosed { return try isAbsent(name) }
        let count = name.utf8CodeUnitCount
        guard cursor.pointee == UInt8(ascii: "\"") else { throw Irregular.text }
        if isSame(cursor + 1, name.utf8Start, count), cursor[count &+ 1] == UInt8(ascii: "\"") {
            cursor += count &+ 2
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            return true
        }
        try indexMembers()
        return try lookUp(name)
    }

    /// Compares the bytes of a name with text, of which as many can be read. In words, the second of which overlaps the
    /// first; the length is known where this is inlined.
    @inlinable
    @inline(__always)
    func isSame(_ text: UnsafePointer<UInt8>, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        func same<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ place: Int) -> Bool {
            UnsafeRawPointer(text + place).loadUnaligned(as: T.self)
                == UnsafeRawPointer(name + place).loadUnaligned(as: T.self)
        }
        if count >= 8, count <= 16 { return same(UInt64.self, 0) && same(UInt64.self, count &- 8) }
        if count >= 4, count < 8 { return same(UInt32.self, 0) && same(UInt32.self, count &- 4) }
        for place in 0..<count where text[place] != name[place] { return false }
        return true
    }

    /// After the value of a member: goes to the next one, or to the end of the object.
    @inlinable
    @inline(__always)
    mutating func finishMember() throws {
        if isIndexed { return }
        if UnsafeRawPointer(cursor).loadUnaligned(as: UInt16.self) == UInt16(0x222c).littleEndian {
            cursor += 1
            return
        }
        try finishUnusual()
    }

    @inlinable
    @inline(never)
    mutating func finishUnusual() throws {
        skipSpace()
        if cursor.pointee == UInt8(ascii: ",") {
            cursor += 1
            skipSpace()
            // No comma before the closing brace.
            guard cursor.pointee == UInt8(ascii: "\"") else { throw Irregular.text }
        } else {
            try expect(UInt8(ascii: "}"))
            isClosed = true
        }
    }

    @usableFromInline
    @inline(never)
    mutating func indexMembers() throws {
        guard let found = index.read(from: cursor) else { throw Irregular.text }
        (members, end) = (found.members, found.end)
        (isIndexed, isClosed) = (true, true)
    }

    @usableFromInline
    @inline(never)
    mutating func lookUp(_ name: StaticString) throws -> Bool {
        guard let place = index.find(name, in: members) else { return try isAbsent(name) }
        cursor = index.value(place)
        return true
    }

    /// Strings that are not the same bytes can be equal in Swift: `JSONDocument` knows.
    @usableFromInline
    @inline(never)
    func isAbsent(_ name: StaticString) throws -> Bool {
        guard name.isASCII else { throw Irregular.text }
        return false
    }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString) throws -> Value {
        guard try find(name) else { return try absent() }
        let value = try Value.read(from: &self)
        try finishMember()
        return value
    }

    @inlinable
    @inline(__always)
    mutating func readField<Value: FieldValue>(_ name: StaticString, default: () -> Value) throws -> Value {
        guard try find(name) else { return `default`() }
        if cursor.pointee == UInt8(ascii: "n") {
            try expectNull()
            try finishMember()
            return `default`()
        }
        let value = try Value.read(from: &self)
        try finishMember()
        return value
    }

    /// The value of a member that is not there: that of an optional is nil, all others are irregular.
    @inlinable
    @inline(never)
    mutating func absent<Value: FieldValue>() throws -> Value {
        let place = cursor
        cursor = index.null
        let value = try Value.read(from: &self)
        cursor = place
        return value
    }

    @inlinable
    @inline(__always)
    mutating func readRecord<Value: SchemaRecord>() throws -> Value {
        let outer = (members, isIndexed, isClosed, end)
        try descend()
        try begin()
        let value = try Value.read(fieldsFrom: &self)
        try close()
        (members, isIndexed, isClosed, end) = outer
        depth &-= 1
        return value
    }

    @inlinable
    @inline(__always)
    mutating func descend() throws {
        depth &+= 1
        guard depth < 64 else { throw Irregular.text }
    }

    /// Begins an object.
    @inlinable
    @inline(__always)
    mutating func begin() throws {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        (members, isIndexed, isClosed) = (0..<0, false, false)
        if cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            isClosed = true
        }
    }

    /// Goes to the end of the object, over members that were not read.
    @inlinable
    @inline(__always)
    mutating func close() throws {
        if isIndexed {
            cursor = end
            index.remove(from: members.lowerBound)
        } else if !isClosed {
            try skipMembers()
        }
    }

    @usableFromInline
    @inline(never)
    mutating func skipMembers() throws {
        guard let found = index.read(from: cursor) else { throw Irregular.text }
        index.remove(from: found.members.lowerBound)
        cursor = found.end
    }

    // MARK: Values

    @inlinable
    @inline(__always)
    mutating func readOptional<Value: FieldValue>() throws -> Value? {
        guard cursor.pointee == UInt8(ascii: "n") else { return try Value.read(from: &self) }
        try expectNull()
        return nil
    }

    @inlinable
    mutating func expectNull() throws {
        guard UnsafeRawPointer(cursor).loadUnaligned(as: UInt32.self) == UInt32(0x6c6c_756e).littleEndian else {
            throw Irregular.text
        }
        cursor += 4
    }

    @inlinable
    mutating func readBool() throws -> Bool {
        let word = UInt64(littleEndian: UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self))
        if word & 0xffff_ffff == 0x6575_7274 {
            cursor += 4
            return true
        }
        guard word & 0xff_ffff_ffff == 0x65_736c_6166 else { throw Irregular.text }
        cursor += 5
        return false
    }

    @inlinable
    mutating func readArray<Element: FieldValue>() throws -> [Element] {
        var elements: [Element] = []
        try descend()
        defer { depth &-= 1 }
        try expect(UInt8(ascii: "["))
        skipSpace()
        if cursor.pointee == UInt8(ascii: "]") {
            cursor += 1
            return elements
        }
        while true {
            elements.append(try Element.read(from: &self))
            skipSpace()
            if cursor.pointee == UInt8(ascii: ",") {
                cursor += 1
                skipSpace()
            } else {
                try expect(UInt8(ascii: "]"))
                return elements
            }
        }
    }

    @inlinable
    mutating func readDictionary<Value: FieldValue>() throws -> [String: Value] {
        var entries: [String: Value] = [:]
        try descend()
        defer { depth &-= 1 }
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            return entries
        }
        while true {
            let key = try readString()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            // Which of two values counts is for `JSONDocument` to say.
            guard entries.updateValue(try Value.read(from: &self), forKey: key) == nil else { throw Irregular.text }
            skipSpace()
            if cursor.pointee == UInt8(ascii: ",") {
                cursor += 1
                skipSpace()
            } else {
                try expect(UInt8(ascii: "}"))
                return entries
            }
        }
    }

    @usableFromInline
    func mismatch<Value: FieldValue>(_ type: Value.Type, expected: String, found: String) -> any Error {
        Irregular.text
    }
}
