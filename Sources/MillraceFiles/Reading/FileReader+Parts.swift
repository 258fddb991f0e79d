import Millrace

extension FileReader {
    /// Finds the first record of a part that does not begin with the file, about 16 MiB at each call. Returns `nil` when the
    /// window begins with it.
    ///
    /// It is the first record that begins at or after the part's first byte: the one at which the part before ends.
    mutating func align(_ part: FilePart.Reading) throws -> ReadOutcome? {
        let found =
            if Format.RecordDecoder.isLineBased {
                try passLine(at: part.range.lowerBound)
            } else {
                try passRecords(of: part)
            }
        switch found {
        case .found(let start):
            (position.offset, position.line) = (start.offset, start.line)
            return nil
        case .none(let end):
            // What the file gets while it is read is not for this part: another may read it as the rest of its last line.
            (position.offset, position.line) = (end.offset, end.line)
            return .end
        case .further: return .more
        case .waiting: return .idle(retryAfter: FilePart.Reading.wait)
        }
    }

    private enum Search {
        case found(FilePosition)
        /// The file ends before.
        case none(FilePosition)
        /// Not in the bytes that were looked at.
        case further
        /// The part before has to be found first.
        case waiting
    }

    /// Finds the first line that begins at or after byte `lowerBound`. Lines are counted from there.
    private mutating func passLine(at lowerBound: Int) throws -> Search {
        if window.offset < lowerBound - 1 { _ = try window.move(to: lowerBound - 1) }
        var passed = 0
        while passed < FileWindow.largestRecord {
            if let end = RecordFrame.firstLineFeed(in: window.bytes) {
                window.advance(end + 1)
                return .found(FilePosition(offset: window.offset))
            }
            passed += window.bytes.count
            window.advance(window.bytes.count)
            if case .endOfFile = try fill() { return .none(FilePosition(offset: window.offset)) }
        }
        return .further
    }

    /// Finds the first record that begins at or after the part's first byte by the ends of the records before it, from the
    /// start of the part before: a line end may be within quotes.
    private mutating func passRecords(of part: FilePart.Reading) throws -> Search {
        guard var place = search else {
            guard let known = part.starts.start(before: part, orFrom: position, onChange: wake) else {
                return .waiting
            }
            search = known
            _ = try window.move(to: known.offset)
            return .further
        }
        defer { search = place }
        let stop = window.offset + FileWindow.largestRecord
        while place.offset < part.range.lowerBound, window.offset < stop {
            if let frame = try nextFrame() {
                window.advance(frame.length)
                place.line += frame.lines
            } else if longLine != nil {
                _ = try passLongLine()
                guard longLine?.isComplete == true else { continue }
                longLine = nil
                place.line += 1
            } else {
                place.offset = window.offset
                return .none(place)
            }
            place.offset = window.offset
        }
        return place.offset >= part.range.lowerBound ? .found(place) : .further
    }
}
