import Millrace

/// A source that reads text files, with each line as a `String`.
///
/// ```swift
/// let logs: LineFiles = .lines(in: "logs", extensions: ["log"], tailing: true)
/// graph.source(logs).map { try Entry(parsing: $0) }
/// ```
public typealias LineFiles = FileSource<LineFormat>

/// The plain text format: each line is a record, without its LF or CRLF. Empty lines are records too. A line that is
/// not UTF-8 is malformed input.
///
/// ```swift
/// graph.source(FileSource(.file("access.log"), format: LineFormat())).map { try Entry(parsing: $0) }
/// ```
public struct LineFormat: FileFormat {
    public let name = "text"

    /// Creates the format.
    public init() {}

    public func makeDecoder(file: String) -> Lines { Lines() }

    /// Decodes lines to strings.
    public struct Lines: FileRecordDecoder {
        public static var isLineBased: Bool { true }

        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<String> {
            if let reason = invalidTextReason(bytes) { return .malformed(reason) }
            return .record(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// Returns why `bytes` are not UTF-8 text, or `nil` if they are.
func invalidTextReason(_ bytes: UnsafeRawBufferPointer) -> String? {
    TextValidity.firstInvalidByte(in: bytes).map { place in
        "expected UTF-8 text, found the byte 0x\(String(bytes[place], radix: 16)) as byte \(place + 1) of the line"
    }
}

extension Source {
    /// Reads the lines of the text files in a directory, one partition per file.
    ///
    /// ```swift
    /// graph.source(.lines(in: "logs", tailing: true))
    /// ```
    ///
    /// Restart: reading continues with the first line after the checkpoint.
    ///
    /// - Parameters:
    ///   - directory: The directory of the files. Subdirectories are not read.
    ///   - extensions: The file name extensions to read, without regard to case. Default: `txt` and `log`.
    ///   - tailing: Whether the files are still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of lines.
    public static func lines(
        in directory: String, extensions: [String] = ["txt", "log"], tailing: Bool = false, splitSize: Int? = nil
    ) -> LineFiles where Self == LineFiles {
        LineFiles(
            .directory(directory, extensions: extensions), format: LineFormat(), tailing: tailing, splitSize: splitSize)
    }

    /// Reads the lines of one text file. Restarts behave as for `lines(in:extensions:tailing:)`.
    ///
    /// ```swift
    /// graph.source(.linesFile(at: "access.log", tailing: true)).map { try Entry(parsing: $0) }
    /// ```
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - tailing: Whether the file is still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    /// - Returns: A source of lines.
    public static func linesFile(at path: String, tailing: Bool = false, splitSize: Int? = nil) -> LineFiles
    where Self == LineFiles {
        LineFiles(.file(path), format: LineFormat(), tailing: tailing, splitSize: splitSize)
    }
}
