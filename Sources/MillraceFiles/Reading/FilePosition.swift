import Millrace

/// A place between two records of a file.
///
/// The line is stored beside the byte so that messages name the right line after a restart too.
public struct FilePosition: Hashable, Sendable, StateValue {
    /// Bytes before the next record.
    public var offset: Int
    /// The line, from 1, that the next record begins on.
    public var line: Int
    /// Which file it is a place in; none in checkpoints of the first versions.
    var mark: FileMark?

    /// The beginning of a file, unless told otherwise.
    public init(offset: Int = 0, line: Int = 1) {
        self.offset = offset
        self.line = line
    }

    /// Two integers, and the mark if there is one.
    public static var stateSchema: String { "FilePosition/2" }

    public func encode(into writer: inout ByteWriter) {
        writer.write(Int64(offset))
        writer.write(Int64(line))
        mark?.encode(into: &writer)
    }

    public static func decode(from reader: inout ByteReader) throws -> FilePosition {
        let offset = try reader.read(Int64.self)
        let line = try reader.read(Int64.self)
        guard offset >= 0, line >= 1 else {
            throw StateDecodingError(
                expected: "an offset from 0 and a line from 1", found: "offset \(offset), line \(line)")
        }
        var position = FilePosition(offset: Int(offset), line: Int(line))
        if reader.remaining > 0 { position.mark = try FileMark(from: &reader) }
        return position
    }
}

extension FilePosition: CustomStringConvertible {
    /// `line 17 (byte 1402)`.
    public var description: String { "line \(line) (byte \(offset))" }
}
