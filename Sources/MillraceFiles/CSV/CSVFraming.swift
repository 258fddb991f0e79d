extension RecordFrame {
    private static var quote: UInt8 { UInt8(ascii: "\"") }

    /// Creates the extent of the first row of `bytes`, which ends at the first line end outside quotes; `nil` if it
    /// does not end within `bytes`.
    ///
    /// With `isLast`, a row with an unclosed quote ends at its first line end, so that a stray quote makes one row
    /// malformed and not the rest of the file.
    init?(csvRowOf bytes: UnsafeRawBufferPointer, separator: UInt8, isLast: Bool) {
        let lineFeed = RecordFrame.firstLineFeed(in: bytes)
        let line = lineFeed.map { UnsafeRawBufferPointer(rebasing: bytes[..<$0]) } ?? bytes
        if RecordFrame.first(Self.quote, in: line) == nil {
            self.init(lineOf: bytes, lineFeed: lineFeed, isLast: isLast)
        } else {
            self.init(quotedRowOf: bytes, separator: separator, firstLineFeed: lineFeed, isLast: isLast)
        }
    }

    private init?(lineOf bytes: UnsafeRawBufferPointer, lineFeed: Int?, isLast: Bool) {
        if let lineFeed {
            self.init(endingIn: bytes, lineFeed: lineFeed, lines: 1)
        } else if isLast {
            self.init(endingWith: bytes)
        } else {
            return nil
        }
    }

    private init?(
        quotedRowOf bytes: UnsafeRawBufferPointer, separator: UInt8, firstLineFeed: Int?, isLast: Bool
    ) {
        var isQuoted = false
        var isFieldStart = true
        var lines = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                lines += 1
                if !isQuoted {
                    self.init(endingIn: bytes, lineFeed: index, lines: lines)
                    return
                }
            } else if isQuoted {
                if byte == Self.quote {
                    if index + 1 < bytes.count, bytes[index + 1] == Self.quote {
                        index += 1
                    } else {
                        isQuoted = false
                    }
                }
            } else if byte == Self.quote, isFieldStart {
                isQuoted = true
            }
            isFieldStart = !isQuoted && byte == separator
            index += 1
        }
        guard isLast else { return nil }
        if isQuoted {
            self.init(lineOf: bytes, lineFeed: firstLineFeed, isLast: true)
        } else {
            self.init(endingWith: bytes, lines: lines)
        }
    }
}
