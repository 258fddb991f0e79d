import Foundation

/// The extent of a record within the bytes of a file.
///
/// A decoder of records that end with a semicolon, and may contain line ends:
///
/// ```swift
/// func frame(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> RecordFrame? {
///     let end = bytes.firstIndex(of: UInt8(ascii: ";"))
///     guard let content = end ?? (isLast ? bytes.count : nil) else { return nil }
///     let lines = bytes[..<content].filter { $0 == UInt8(ascii: "\n") }.count
///     return RecordFrame(content: content, length: end == nil ? content : content + 1, lines: lines)
/// }
/// ```
@frozen
public struct RecordFrame: Hashable, Sendable {
    /// The length of the record without its line end, in bytes.
    public var content: Int
    /// The length of the record with its line end, in bytes.
    public var length: Int
    /// The number of line ends in the record, including the one that ends it.
    public var lines: Int

    /// Creates the extent of a record.
    ///
    /// - Parameters:
    ///   - content: The length without the line end, in bytes.
    ///   - length: The length with the line end, in bytes.
    ///   - lines: The number of line ends in the record, including the one that ends it.
    @inlinable
    public init(content: Int, length: Int, lines: Int) {
        self.content = content
        self.length = length
        self.lines = lines
    }

    /// Creates the extent of the first line of `bytes`, which ends with LF, CRLF or, with `isLast`, the end of `bytes`.
    ///
    /// Returns `nil` if the line does not end within `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that begin with the line.
    ///   - isLast: Whether nothing follows `bytes`.
    public init?(lineOf bytes: UnsafeRawBufferPointer, isLast: Bool) {
        if let end = RecordFrame.firstLineFeed(in: bytes) {
            self.init(endingIn: bytes, lineFeed: end, lines: 1)
        } else if isLast, !bytes.isEmpty {
            self.init(endingWith: bytes)
        } else {
            return nil
        }
    }

    /// Creates the extent of a record that ends with the line feed at index `lineFeed`.
    init(endingIn bytes: UnsafeRawBufferPointer, lineFeed: Int, lines: Int) {
        let hasReturn = lineFeed > 0 && bytes[lineFeed - 1] == UInt8(ascii: "\r")
        self.init(content: hasReturn ? lineFeed - 1 : lineFeed, length: lineFeed + 1, lines: lines)
    }

    /// Creates the extent of a record that consists of all of `bytes`, without a line feed at its end.
    init(endingWith bytes: UnsafeRawBufferPointer, lines: Int = 0) {
        let hasReturn = bytes.last == UInt8(ascii: "\r")
        self.init(content: hasReturn ? bytes.count - 1 : bytes.count, length: bytes.count, lines: lines)
    }

    static func firstLineFeed(in bytes: UnsafeRawBufferPointer) -> Int? {
        first(UInt8(ascii: "\n"), in: bytes)
    }

    static func lastLineFeed(in bytes: UnsafeRawBufferPointer) -> Int? {
        var place = bytes.count
        while place > 0 {
            place -= 1
            if bytes[place] == UInt8(ascii: "\n") { return place }
        }
        return nil
    }

    static func first(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let place = memchr(base, Int32(byte), bytes.count) else { return nil }
        return UnsafeRawPointer(place) - base
    }
}
