/// Splits a row into fields.
struct CSVFieldSplitter {
    private let bytes: UnsafeRawBufferPointer
    private let separator: UInt8
    private var index = 0
    private var isAtEnd = false
    /// Why the row is malformed, if `next` returned `nil` before the end of the row.
    private(set) var defect: String?

    init(_ bytes: UnsafeRawBufferPointer, separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
    }

    /// Returns the next field; `nil` after the last one or at a defect.
    @inline(__always)
    mutating func next() -> CSVRow.Field? {
        if isAtEnd { return nil }
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") { return nextQuoted() }
        let start = index
        var end = index
        while end < bytes.count, bytes[end] != separator { end &+= 1 }
        finish(at: end)
        return CSVRow.Field(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end), form: .plain)
    }

    /// Ends the field at `end`, where there is a separator or the end of the row.
    private mutating func finish(at end: Int) {
        isAtEnd = end == bytes.count
        index = end &+ 1
    }

    private mutating func nextQuoted() -> CSVRow.Field? {
        let quote = UInt8(ascii: "\"")
        let start = index + 1
        var end = start
        var form = CSVRow.Field.Form.quoted
        while end < bytes.count {
            if bytes[end] == quote {
                guard end + 1 < bytes.count, bytes[end + 1] == quote else { break }
                form = .quotedWithQuotes
                end += 1
            }
            end += 1
        }
        guard end < bytes.count else { return fail("the quote that begins it is not closed") }
        guard end + 1 == bytes.count || bytes[end + 1] == separator else {
            return fail("expected a separator after the closing quote")
        }
        finish(at: end + 1)
        return CSVRow.Field(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end), form: form)
    }

    private mutating func fail(_ defect: String) -> CSVRow.Field? {
        self.defect = defect
        isAtEnd = true
        return nil
    }
}
