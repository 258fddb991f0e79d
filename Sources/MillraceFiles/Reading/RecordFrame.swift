import Foundation

/// Where a record ends.
@frozen
public struct RecordFrame: Hashable, Sendable {
    /// Bytes of the record itself.
    public var content: Int
    /// Bytes with the line end.
    public var length: Int
    /// How many lines end in it.
    public var lines: Int

    /// All three parts.
    @inlinable
    public init(content: Int, length: Int, lines: Int) {
        self.content = content
        self.length = length
        self.lines = lines
    }

    /// The first line of `bytes`, ended by LF or CRLF, or with `isLast` by the end of `bytes`; `nil` if it has no end.
    public init?(lineOf bytes: UnsafeRawBufferPointer, isLast: Bool) {
        if let end = RecordFrame.firstLineFeed(in: bytes) {
            self.init(endingIn: bytes, lineFeed: end, lines: 1)
        } else if isLast, !bytes.isEmpty {
            self.init(endingWith: bytes)
        } else {
            return nil
        }
    }

    /// A record that ends with the line feed at `lineFeed`.
    init(endingIn bytes: UnsafeRawBufferPointer, lineFeed: Int, lines: Int) {
        let hasReturn = lineFeed > 0 && bytes[lineFeed - 1] == UInt8(ascii: "\r")
        self.init(content: hasReturn ? lineFeed - 1 : lineFeed, length: lineFeed + 1, lines: lines)
    }

    /// A record that all of `bytes` belong to, with no line feed after it.
    init(endingWith bytes: UnsafeRawBufferPointer, lines: Int = 0) {
        let hasReturn = bytes.last == UInt8(ascii: "\r")
        self.init(content: hasReturn ? bytes.count - 1 : bytes.count, length: bytes.count, lines: lines)
    }

    static func firstLineFeed(in bytes: UnsafeRawBufferPointer) -> Int? {
        first(UInt8(ascii: "\n"), in: bytes)
    }

    static func first(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let place = memchr(base, Int32(byte), bytes.count) else { return nil }
        return UnsafeRawPointer(place) - base
    }
}
