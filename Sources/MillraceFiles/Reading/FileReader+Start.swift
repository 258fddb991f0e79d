import Millrace

extension FileReader {
    /// How far a reader is on its way to the first record.
    @usableFromInline
    enum Stage {
        /// The byte order mark and the header are read.
        case header
        /// The position of the first record is looked for.
        case seeking
        case reading
    }

    private static var byteOrderMark: [UInt8] { [0xef, 0xbb, 0xbf] }

    /// Reads the header and seeks to `position`. Returns `nil` once the window begins with the first record, and the
    /// outcome of the read before.
    @usableFromInline
    mutating func start() throws -> ReadOutcome? {
        if stage == .header {
            guard try readHeader() else { return try outcomeAtEnd() }
            stage = .seeking
        }
        if let outcome = try seek() { return outcome }
        stage = .reading
        if let part { part.starts.note(position, of: part) }
        return nil
    }

    /// Skips the byte order mark and reads the header, unless the position is after them and the format has none.
    /// Returns `false` if the file does not contain the whole header yet (or, without `tailing`, is empty).
    private mutating func readHeader() throws -> Bool {
        guard position.offset == 0 || decoder.hasHeader else { return true }
        var first = FilePosition()
        try skipByteOrderMark()
        first.offset = window.offset
        if decoder.hasHeader {
            guard let frame = try nextFrame() else { return false }
            try decoder.readHeader(UnsafeRawBufferPointer(rebasing: window.bytes[..<frame.content]))
            window.advance(frame.length)
            first = FilePosition(offset: window.offset, line: 1 + frame.lines)
        }
        if position.offset < first.offset { (position.offset, position.line) = (first.offset, first.line) }
        return true
    }

    private mutating func skipByteOrderMark() throws {
        guard window.offset == 0 else { return }
        while window.bytes.count < Self.byteOrderMark.count {
            guard case .more = try fill() else { break }
        }
        if window.bytes.starts(with: Self.byteOrderMark) { window.advance(Self.byteOrderMark.count) }
    }

    /// Moves the window to the first record to read, a part of the way at each call. Returns `nil` when it is there.
    private mutating func seek() throws -> ReadOutcome? {
        // Also after a restart: a checkpoint may have come before the search had ended.
        if let part, position.offset < part.range.lowerBound {
            return try align(part)
        }
        guard isResumed, position.offset > 0 else {
            _ = try window.move(to: position.offset)
            return nil
        }
        guard try window.move(to: position.offset - 1) else { return .more }
        // What is around the position: the byte before it, and up to two after it.
        while window.bytes.count < 3 {
            guard case .more = try fill() else { break }
        }
        let lineEnd = try checkSurroundings()
        window.advance(min(1 + lineEnd, window.bytes.count))
        position.offset += lineEnd
        return nil
    }

    /// Throws if the position is not at the beginning of a line: then the file is not the one that was read. Returns the
    /// length of the line end of a last line that was read before it had one, which would otherwise be an empty record.
    private func checkSurroundings() throws -> Int {
        let (bytes, path) = (window.bytes, window.content.file.path)
        guard let before = bytes.first else {
            throw SourceError(
                "\(path) has \(window.endOffset) bytes, and was read up to \(position)", advice: FileOpening.putBack)
        }
        // No line end comes before the first line after a byte order mark.
        let isFirst =
            position.line == 1 && position.offset == Self.byteOrderMark.count && before == Self.byteOrderMark[2]
        guard bytes.count > 1, before != UInt8(ascii: "\n"), !isFirst else { return 0 }
        if bytes[1] == UInt8(ascii: "\n") { return 1 }
        if bytes.count > 2, bytes[1] == UInt8(ascii: "\r"), bytes[2] == UInt8(ascii: "\n") { return 2 }
        guard bytes[1] == UInt8(ascii: "\r") else {
            throw SourceError(
                "\(path) was changed since it was read: \(position) is not the beginning of a line any more",
                advice: FileOpening.putBack)
        }
        return 0
    }
}
