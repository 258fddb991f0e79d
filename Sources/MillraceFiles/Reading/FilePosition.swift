import Millrace

/// A position between two records of a file, stored in checkpoints.
///
/// The line number is stored with the byte offset so that messages name the right line after a restart.
///
/// ```swift
/// let source = FileSource(.file("flights/2013-01.csv"), format: LineFormat())
/// let start = FilePosition(offset: 1402, line: 17)
/// let reader = try source.open(PartitionID("2013-01.csv"), at: start, context: SourceContext())
/// print(reader.position)      // line 17 (byte 1402)
/// ```
public struct FilePosition: Hashable, Sendable, StateValue {
    /// The offset of the next record from the beginning of the file, in bytes.
    public var offset: Int
    /// The line that the next record begins on; the first line is 1.
    public var line: Int
    /// The fingerprint of the file; `nil` in checkpoints of the first versions.
    var mark: FileMark?

    /// Creates a position; by default the beginning of a file.
    ///
    /// - Parameters:
    ///   - offset: The offset in bytes. Default: 0.
    ///   - line: The line number. Default: 1.
    public init(offset: Int = 0, line: Int = 1) {
        self.offset = offset
        self.line = line
    }

    /// The identifier of the stored format: two integers, and the fingerprint of the file if there is one.
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
    /// The position as text: `line 17 (byte 1402)`.
    public var description: String { "line \(line) (byte \(offset))" }
}
