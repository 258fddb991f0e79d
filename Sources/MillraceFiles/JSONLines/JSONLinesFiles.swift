import Millrace
import MillraceJSON

/// JSON Lines files whose lines are decoded to `Record`.
public typealias JSONLinesFiles<Record: Decodable & Sendable> = FileSource<JSONLinesFormat<Record>>

extension Source {
    /// The values in the JSON Lines files in `directory`; one partition a file.
    ///
    /// ```swift
    /// graph.source(.jsonLines(in: "events", decoding: Event.self))
    /// ```
    ///
    /// - Parameters:
    ///   - directory: Holds the files.
    ///   - type: What a line is decoded to.
    ///   - extensions: How the files' names end.
    ///   - tailing: Whether the files are still being written to; see `FileSource`.
    ///   - options: How dates and names are written.
    ///
    /// A line that is not a `type` goes the source's way for malformed input. A restart goes on with the line after
    /// the checkpoint.
    public static func jsonLines<Record>(
        in directory: String, decoding type: Record.Type, extensions: [String] = ["jsonl", "ndjson"],
        tailing: Bool = false, options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesFiles<Record> where Self == JSONLinesFiles<Record> {
        JSONLinesFiles(
            .directory(directory, extensions: extensions), format: JSONLinesFormat(options: options),
            tailing: tailing)
    }

    /// The values in the JSON Lines file at `path`; see `jsonLines(in:decoding:)`.
    public static func jsonLinesFile<Record>(
        at path: String, decoding type: Record.Type, tailing: Bool = false,
        options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesFiles<Record> where Self == JSONLinesFiles<Record> {
        JSONLinesFiles(.file(path), format: JSONLinesFormat(options: options), tailing: tailing)
    }
}
