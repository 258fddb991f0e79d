import Millrace

/// A line that is longer than any may be, while it is read past.
@usableFromInline
struct LongLine {
    /// Its beginning.
    var excerpt: String
    /// Bytes that were passed over, with the line end once it is found.
    var length = 0
    /// Whether its end is behind us.
    var isComplete = false
}

extension FileReader {
    /// Passes over another piece of the long line. `malformed` once its end is found; `bytes` is 0 if there is no more
    /// of it for now.
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

    /// The long line has been reported: the position goes behind it.
    @usableFromInline
    mutating func endLongLine() {
        position.offset += longLine?.length ?? 0
        position.line += 1
        longLine = nil
    }
}
