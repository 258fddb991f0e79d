import Millrace

/// A line that exceeds the maximum record size, while it is being skipped.
@usableFromInline
struct LongLine {
    /// The first bytes of the line, for the message.
    var excerpt: String
    /// The number of bytes skipped so far, including the line end once it is found.
    var length = 0
    /// Whether the end of the line has been found.
    var isComplete = false
}

extension FileReader {
    /// Skips another piece of the long line. `malformed` is set once the end of the line is found; `bytes` is 0 if
    /// the file has no more bytes for now.
    @usableFromInline
    mutating func passLongLine() throws -> (bytes: Int, malformed: MalformedInput?) {
        guard var line = longLine else { return (0, nil) }
        var passed = 0
        if window.bytes.isEmpty {
            if case .endOfFile = try fill() {
                guard try !isAtEnd() else { return (0, nil) }
                line.isComplete = true
            }
        }
        if !window.bytes.isEmpty {
            let end = RecordFrame.firstLineFeed(in: window.bytes)
            passed = end.map { $0 + 1 } ?? window.bytes.count
            window.advance(passed)
            line.length += passed
            line.isComplete = end != nil
        }
        longLine = line
        guard line.isComplete else { return (passed, nil) }
        let reason = "the line is longer than \(FileWindow.largestRecord >> 20) MiB (\(line.length) bytes)"
        return (passed, MalformedInput(excerpt: line.excerpt, place: "\(name), \(position)", reason: reason))
    }

    /// Moves the position past the long line. Called after it has been reported.
    @usableFromInline
    mutating func endLongLine() {
        position.offset += longLine?.length ?? 0
        position.line += 1
        longLine = nil
    }
}
