import Foundation
import Millrace
import MillraceJSON

extension CSVRow {
    /// Returns the column that a property is read from; `nil` if the file has no column of that name.
    func column(_ name: String) throws -> Int? {
        let column = plan.column(of: name, in: header)
        if !header.repeated.isEmpty, header.repeated.contains(name) { throw refuse(repeated: name) }
        return column < 0 ? nil : column
    }

    /// Returns the column of a non-optional property.
    func requiredColumn(_ key: some CodingKey) throws -> Int {
        guard let column = try column(key.stringValue) else { throw refuse(absent: key) }
        return column
    }

    /// Returns the column of an optional property; `nil` if there is none or it has no value in this row.
    func columnWithValue(_ key: some CodingKey) throws -> Int? {
        guard let column = try column(key.stringValue), !isMissing(column) else { return nil }
        return column
    }

    /// Returns the bytes of a field, without the enclosing quotes and with doubled quotes as they are in the file.
    func raw(_ column: Int) -> UnsafeRawBufferPointer {
        let field = fields[column]
        return UnsafeRawBufferPointer(rebasing: bytes[Int(field.start)..<Int(field.end)])
    }

    func isMissing(_ column: Int) -> Bool { missing.contains(raw(column)) }

    func text(_ column: Int) -> String { CSVRow.text(of: fields[column], in: bytes) }

    static func text(of field: Field, in bytes: UnsafeRawBufferPointer) -> String {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[Int(field.start)..<Int(field.end)])
        guard field.form == .quotedWithQuotes else { return String(decoding: raw, as: UTF8.self) }
        // By bytes, because a quote before a combining mark forms one `Character` with it.
        let text = [UInt8](unsafeUninitializedCapacity: raw.count) { target, count in
            var isSecond = false
            for byte in raw {
                isSecond = byte == UInt8(ascii: "\"") && !isSecond
                if isSecond { continue }
                target[count] = byte
                count += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    func integer<T: FixedWidthInteger>(_ column: Int) throws -> T {
        guard !isMissing(column), let value = NumberText.integer(raw(column), as: T.self) else {
            throw mismatch(column, T.self)
        }
        return value
    }

    func double(_ column: Int) throws -> Double {
        guard !isMissing(column), let value = NumberText.double(raw(column)) else {
            throw mismatch(column, Double.self)
        }
        return value
    }

    func float(_ column: Int) throws -> Float {
        guard !isMissing(column), let value = NumberText.float(raw(column)) else { throw mismatch(column, Float.self) }
        return value
    }

    func bool(_ column: Int) throws -> Bool {
        guard !isMissing(column), let value = NumberText.bool(raw(column)) else { throw mismatch(column, Bool.self) }
        return value
    }

    func string(_ column: Int) throws -> String {
        if isMissing(column) { throw mismatch(column, String.self) }
        return text(column)
    }

    func timestamp(_ column: Int) throws -> Timestamp {
        guard !isMissing(column), let time = CSVRow.timestamp(raw(column)) else {
            throw mismatch(column, Timestamp.self, expected: CSVRow.expectedTime)
        }
        return time
    }

    /// What the message calls a time.
    static let expectedTime = "Timestamp (ISO 8601 or milliseconds)"

    /// Returns the time that a field spells: ISO 8601, or milliseconds since 1970.
    static func timestamp(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
        Timestamp(iso8601: bytes)
            ?? NumberText.integer(bytes, as: Int64.self).map { Timestamp(milliseconds: $0) }
    }

    /// Returns a value of any type that has no method of its own above.
    func value<T: Decodable>(_ column: Int, as type: T.Type) throws -> T {
        if type == Timestamp.self { return unsafeBitCast(try timestamp(column), to: T.self) }
        if type == Date.self, let time = Timestamp(iso8601: raw(column)) {
            return unsafeBitCast(Date(timeIntervalSince1970: Double(time.milliseconds) / 1000), to: T.self)
        }
        if type == Date.self { throw mismatch(column, type, expected: "Date (ISO 8601)") }
        do {
            return try T(from: CSVCellDecoder(row: self, column: column))
        } catch DecodingError.dataCorrupted(let context) {
            // The message of an enum's initializer does not name the column, and not always the text.
            throw mismatch(column, type, detail: context.debugDescription)
        }
    }
}
