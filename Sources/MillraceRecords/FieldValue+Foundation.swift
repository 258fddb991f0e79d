import Foundation

/// As text, such as `E621E1F8-C36C-495A-93FC-0C247A3E6E5F`; in JSON, CSV and state alike.
extension UUID: FieldValue {
    public static var fieldType: FieldType { .string }
    public static var placeholder: UUID { UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }

    @inlinable
    public static func read(from reader: inout some FieldReader) throws -> UUID {
        let text = try reader.readString()
        if let value = UUID(uuidString: text) { return value }
        throw reader.mismatch(UUID.self, expected: "a UUID", found: text)
    }

    @inlinable
    public func write(to writer: inout some FieldWriter) { writer.write(string: uuidString) }
}

/// As a number in JSON, and as its text in CSV and state, with all digits.
extension Decimal: FieldValue {
    public static var fieldType: FieldType { .decimal }
    public static var placeholder: Decimal { 0 }

    @inlinable
    public static func read(from reader: inout some FieldReader) throws -> Decimal {
        let text = try reader.readNumberText()
        if let value = DecimalText.value(text) { return value }
        throw reader.mismatch(Decimal.self, expected: "a decimal number", found: text)
    }

    @inlinable
    public func write(to writer: inout some FieldWriter) { writer.write(numberText: description) }
}

/// In JSON as the decoder's `dates` say, in CSV as ISO 8601, in state as seconds since 2001, exactly.
extension Date: FieldValue {
    public static var fieldType: FieldType { .date }
    public static var placeholder: Date { Date(timeIntervalSinceReferenceDate: 0) }
    @inlinable
    public static func read(from reader: inout some FieldReader) throws -> Date { try reader.readDate() }
    @inlinable
    public func write(to writer: inout some FieldWriter) { writer.write(date: self) }
}

/// The text of a `Decimal`.
@usableFromInline
enum DecimalText {
    /// The number that all of the text spells; `nil` if it is none. `Decimal(string:)` takes what is at the beginning.
    @usableFromInline
    static func value(_ text: String) -> Decimal? {
        guard isNumber(text.utf8), let value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
            return nil
        }
        return value.isNaN ? nil : value
    }

    /// Whether the text is a sign, digits with a point, and an exponent; all but one digit may be left out.
    private static func isNumber(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        func skip(_ bytes: [UInt8]) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        _ = skip([UInt8(ascii: "-"), UInt8(ascii: "+")])
        var count = digits()
        if skip([UInt8(ascii: ".")]) { count += digits() }
        guard count > 0 else { return false }
        if skip([UInt8(ascii: "e"), UInt8(ascii: "E")]) {
            _ = skip([UInt8(ascii: "-"), UInt8(ascii: "+")])
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
