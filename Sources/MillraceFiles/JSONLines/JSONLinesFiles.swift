import Millrace
import MillraceJSON

/// A source that reads JSON Lines files and decodes each line to a `Record`.
///
/// ```swift
/// let events: JSONLinesFiles<Event> = .jsonLines(in: "events", decoding: Event.self)
/// graph.source(events)
/// ```
public typealias JSONLinesFiles<Record: Decodable & Sendable> = FileSource<JSONLinesFormat<Record>>

extension Source {
    /// Reads the JSON Lines files in a directory and decodes each line, one partition per file.
    ///
    /// ```swift
    /// graph.source(.jsonLines(in: "events", decoding: Event.self))
    /// ```
    ///
    /// A line that cannot be decoded is malformed input, which is handled by the source's `MalformedPolicy`. Blank
    /// lines are skipped.
    ///
    /// Restart: reading continues with the first line after the checkpoint.
    ///
    /// - Parameters:
    ///   - directory: The directory of the files. Subdirectories are not read.
    ///   - type: The type that a line is decoded to.
    ///   - extensions: The file name extensions to read, without regard to case. Default: `jsonl` and `ndjson`.
    ///   - tailing: Whether the files are still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    ///   - options: How dates and keys are decoded.
    /// - Returns: A source of decoded lines.
    @_disfavoredOverload
    public static func jsonLines<Record>(
        in directory: String, decoding type: Record.Type, extensions: [String] = ["jsonl", "ndjson"],
        tailing: Bool = false, splitSize: Int? = nil, options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesFiles<Record> where Self == JSONLinesFiles<Record> {
        JSONLinesFiles(
            .directory(directory, extensions: extensions), format: JSONLinesFormat(options: options),
            tailing: tailing, splitSize: splitSize)
    }

    /// Reads one JSON Lines file and decodes each line.
    ///
    /// Errors and restarts are the same as for `jsonLines(in:decoding:extensions:tailing:options:)`.
    ///
    /// ```swift
    /// graph.source(.jsonLinesFile(at: "events.jsonl", decoding: Event.self, tailing: true))
    /// ```
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - type: The type that a line is decoded to.
    ///   - tailing: Whether the file is still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    ///   - options: How dates and keys are decoded.
    /// - Returns: A source of decoded lines.
    @_disfavoredOverload
    public static func jsonLinesFile<Record>(
        at path: String, decoding type: Record.Type, tailing: Bool = false, splitSize: Int? = nil,
        options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesFiles<Record> where Self == JSONLinesFiles<Record> {
        JSONLinesFiles(.file(path), format: JSONLinesFormat(options: options), tailing: tailing, splitSize: splitSize)
    }
}
