import Millrace

extension FileReader {
    /// Returns the extent of the next record in `window.bytes`; `nil` at the current end of the file and while an
    /// overlong line is being skipped (`longLine`).
    @usableFromInline
    mutating func nextFrame() throws -> RecordFrame? {
        guard longLine == nil else { return nil }
        while true {
            if !window.bytes.isEmpty, let frame = decoder.frame(window.bytes, isLast: false) { return frame }
            switch try fill() {
            case .more: continue
            case .endOfFile:
                if window.content.compressedEnd != nil { position.mark?.contentEnd = window.endOffset }
                if try isAtEnd() { return nil }
                // A followed file that is not written to any more.
                try window.content.checkComplete()
                return window.bytes.isEmpty ? nil : decoder.frame(window.bytes, isLast: true)
            case .recordTooLong:
                // An unclosed quote would extend the record over all following lines; with `isLast` the format ends
                // the record at its first line.
                if let frame = decoder.frame(window.bytes, isLast: true),
                    window.bytes[frame.length - 1] == UInt8(ascii: "\n")
                {
                    return frame
                }
                longLine = LongLine(excerpt: excerpt(of: window.bytes))
                return nil
            }
        }
    }

    /// Reads more bytes and updates the fingerprint.
    mutating func fill() throws -> FileWindow.Fill {
        let fill = try window.fill()
        // Compressed bytes may have no contents.
        if fill == .more || window.content.compressedEnd != nil {
            position.mark?.isCompressed = window.content.compressedEnd != nil
            try reading { () throws(FileFailure) in
                try position.mark?.note(window.content.file, upTo: window.fileEnd)
            }
        }
        return fill
    }

    /// Called at the current end of the file. Returns `true` if more may be appended, and `false` if the bytes in
    /// memory are the last ones (not followed, rotated or deleted).
    mutating func isAtEnd() throws -> Bool {
        let file = window.content.file
        let status = try reading { () throws(FileFailure) in try file.status() }
        window.noteSize(status.size)
        position.mark?.modified = status.modified
        guard status.size >= window.fileEnd else {
            throw SourceError(
                "\(file.path) shrank to \(status.size) bytes while it was read, from \(window.fileEnd) or more",
                advice:
                    "Put the file back as it was (it may only grow), or start afresh with --fresh; rotate it by renaming, not by copying and truncating (copytruncate)"
            )
        }
        guard rotation != nil else { return false }
        let now = clock.now
        try rotation?.look(at: now)
        return try rotation?.isDue(at: now) != true && !isDeleted(at: now)
    }

    private func isDeleted(at now: Duration) throws -> Bool {
        try canEnd && rotation?.isGone(window.content.file, at: now) == true
    }

    /// The outcome of a read at the end of the file: continues with the next file after a rotation, ends, or waits.
    @usableFromInline
    mutating func outcomeAtEnd() throws -> ReadOutcome {
        guard rotation != nil else { return .end }
        let now = clock.now
        if window.bytes.isEmpty || stage != .reading, longLine == nil, try rotation?.isDue(at: now) == true,
            let next = rotation?.takeNext()
        {
            let status = try reading { () throws(FileFailure) in try next.status() }
            window = FileWindow(FileContent(next, mayGrow: true), size: status.size, readSize: readSize)
            position = FilePosition()
            position.mark = FileMark(status)
            decoder = try makeDecoder()
            stage = .header
            return .more
        }
        if window.bytes.isEmpty, try isDeleted(at: now) {
            position.mark?.isDeleted = true
            return .end
        }
        return .idle(retryAfter: Self.pollInterval)
    }

    /// The first bytes of a malformed record, truncated at a character boundary.
    func excerpt(of content: UnsafeRawBufferPointer) -> String {
        var end = min(content.count, MalformedInput.excerptLimit)
        var backward = 0
        while end < content.count, end > 0, backward < 3, content[end] & 0xc0 == 0x80 {
            end -= 1
            backward += 1
        }
        return String(decoding: content[..<end], as: UTF8.self)
    }
}
