/// A buffer of rows in the text format of `COPY ... FROM STDIN`.
public struct CopyText {
    private var bytes: [UInt8] = []
    private var isRowBegun = false

    /// Creates an empty buffer.
    public init() {}

    /// The size in bytes.
    public var count: Int { bytes.count }

    /// Appends a `NULL` column.
    public mutating func appendNull() {
        separate()
        bytes.append(0x5c)
        bytes.append(UInt8(ascii: "N"))
    }

    /// Appends a column whose text needs no escapes.
    public mutating func append(plain text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a column of arbitrary text, escaping it where needed.
    public mutating func append(text: String) {
        separate()
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated() {
                guard let letter = Self.escape(byte) else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                bytes.append(0x5c)
                bytes.append(letter)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
    }

    /// Appends a `bytea` column: `\x` and two hexadecimal digits per byte, with the backslash doubled as in any text.
    public mutating func append(bytes value: [UInt8]) {
        separate()
        bytes.append(contentsOf: [0x5c, 0x5c, UInt8(ascii: "x")])
        for byte in value {
            bytes.append(Self.digit(byte >> 4))
            bytes.append(Self.digit(byte & 15))
        }
    }

    /// Ends the row.
    public mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isRowBegun = false
    }

    /// Removes all rows, keeping the allocated memory.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Calls `body` with the bytes, which are valid only during the call.
    public func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try bytes.withUnsafeBytes(body)
    }

    private mutating func separate() {
        if isRowBegun { bytes.append(UInt8(ascii: "\t")) }
        isRowBegun = true
    }

    private static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x5c: 0x5c
        case 0x09: UInt8(ascii: "t")
        case 0x0a: UInt8(ascii: "n")
        case 0x0d: UInt8(ascii: "r")
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
