extension FileReader {
    private static var byteOrderMark: [UInt8] { [0xef, 0xbb, 0xbf] }

    /// Passes over byte order mark and header, then goes to `position`. `false` if the file does not hold all of these
    /// yet (or, without `following`, at all: an empty file).
    @usableFromInline
    mutating func start() throws -> Bool {
        if position.offset == 0 || decoder.hasHeader {
            var place = FilePosition(offset: window.offset)
            try skipByteOrderMark()
            place.offset = window.offset
            if decoder.hasHeader {
                guard let frame = try nextFrame() else { return false }
                try decoder.readHeader(UnsafeRawBufferPointer(rebasing: window.bytes[..<frame.content]))
                window.advance(frame.length)
                place = FilePosition(offset: window.offset, line: 1 + frame.lines)
            }
            if position.offset < place.offset { position = place }
        }
        window.move(to: position.offset)
        isStarted = true
        return true
    }

    private func skipByteOrderMark() throws {
        guard window.offset == 0 else { return }
        while window.bytes.count < Self.byteOrderMark.count {
            guard case .more = try window.fill() else { break }
        }
        if window.bytes.starts(with: Self.byteOrderMark) { window.advance(Self.byteOrderMark.count) }
    }

    /// The next record's end within `window.bytes`; `nil` at the end of the file, or what there is of it so far.
    @usableFromInline
    mutating func nextFrame() throws -> RecordFrame? {
        while true {
            if !window.bytes.isEmpty, let frame = decoder.frame(window.bytes, isLast: false) { return frame }
            switch try window.fill() {
            case .more: continue
            case .endOfFile:
                try checkFile()
                return following || window.bytes.isEmpty ? nil : decoder.frame(window.bytes, isLast: true)
            case .recordTooLong:
                // A quote that is never closed swallows all lines after it; its format ends it with the first.
                guard let frame = decoder.frame(window.bytes, isLast: true),
                    window.bytes[frame.length - 1] == UInt8(ascii: "\n")
                else { throw tooLong }
                return frame
            }
        }
    }

    private var tooLong: SourceError {
        SourceError(
            "\(window.file.path) has a line of more than \(FileWindow.largestRecord >> 20) MiB (line \(position.line))",
            advice: "Check that it is a file of the expected kind, and that its lines end with LF or CRLF")
    }

    /// At the file's end: whether it is still the file that it was.
    private func checkFile() throws {
        try window.refreshSize()
        let path = window.file.path
        guard window.knownSize >= window.endOffset else {
            throw SourceError(
                "\(path) shrank to \(window.knownSize) bytes while it was read, from \(window.endOffset) or more",
                advice: "Put the file back as it was (it may only grow), or start afresh with --fresh")
        }
        guard following else { return }
        guard let found = try reading({ () throws(FileFailure) in try FileStatus.of(path) }) else {
            throw SourceError(
                "\(path) disappeared while it was being followed (read up to \(position))",
                advice: "Put the file back, or start without `following` once a file is complete")
        }
        guard found.identity == identity else {
            throw SourceError(
                "\(path) was replaced by another file while it was being followed (read up to \(position))",
                advice: "Have the writer append to one file, or begin a new file under a new name instead")
        }
    }

    /// The beginning of a malformed record, cut between two characters.
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
