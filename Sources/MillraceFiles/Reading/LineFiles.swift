import Millrace

/// Text files, each line of which is a `String`.
public typealias LineFiles = FileSource<LineFormat>

/// Plain text: each line is a record, without its LF or CRLF. Empty lines are records too; a line that is not UTF-8 is
/// malformed.
public struct LineFormat: FileFormat {
    public let name = "text"

    /// Plain text.
    public init() {}

    public func makeDecoder(file: String) -> Lines { Lines() }

    /// Makes strings of lines.
    public struct Lines: FileRecordDecoder {
        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<String> {
            if let reason = invalidTextReason(bytes) { return .malformed(reason) }
            return .record(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// Why `bytes` are not text, if they are not.
func invalidTextReason(_ bytes: UnsafeRawBufferPointer) -> String? {
    TextValidity.firstInvalidByte(in: bytes).map { place in
        "expected UTF-8 text, found the byte 0x\(String(bytes[place], radix: 16)) as byte \(place + 1) of the line"
    }
}

extension Source {
    /// Lines of the files in `directory` whose names end in one of `extensions`; one partition a file.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs", tailing: true))
    /// ```
    ///
    /// With `tailing` the files are still being written to (see `FileSource`). A restart goes on with the line
    /// after the checkpoint.
    public static func lines(
        in directory: String, extensions: [String] = ["txt", "log"], tailing: Bool = false
    ) -> LineFiles where Self == LineFiles {
        LineFiles(.directory(directory, extensions: extensions), format: LineFormat(), tailing: tailing)
    }

    /// Lines of the file at `path`; see `lines(in:)`.
    public static func linesFile(at path: String, tailing: Bool = false) -> LineFiles where Self == LineFiles {
        LineFiles(.file(path), format: LineFormat(), tailing: tailing)
    }
}
