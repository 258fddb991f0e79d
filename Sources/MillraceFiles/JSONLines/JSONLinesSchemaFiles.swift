import Foundation
import Millrace
import MillraceJSON

/// A source that reads JSON Lines files and decodes each line to a `SchemaRecord`.
///
/// ```swift
/// let arrivals: JSONLinesSchemaFiles<Arrival> = .jsonLines(in: "arrivals", decoding: Arrival.self)
/// graph.source(arrivals)
/// ```
public typealias JSONLinesSchemaFiles<Record: SchemaRecord> = FileSource<JSONLinesSchemaFormat<Record>>

extension Source {
    /// Reads the JSON Lines files in a directory and decodes each line by the schema of the record, one partition per file.
    ///
    /// ```swift
    /// graph.source(.jsonLines(in: "events", decoding: Event.self))      // struct Event: SchemaRecord
    /// ```
    ///
    /// A line that cannot be decoded is malformed input, which is handled by the source's `MalformedPolicy`. Blank
    /// lines are skipped. Records are passed on 64 at a time: the position in an operator's error is that of the first.
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
    ///   - options: How keys and timestamps are decoded.
    /// - Returns: A source of decoded lines.
    public static func jsonLines<Record: SchemaRecord>(
        in directory: String, decoding type: Record.Type, extensions: [String] = ["jsonl", "ndjson"],
        tailing: Bool = false, splitSize: Int? = nil, options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesSchemaFiles<Record> where Self == JSONLinesSchemaFiles<Record> {
        JSONLinesSchemaFiles(
            .directory(directory, extensions: extensions), format: JSONLinesSchemaFormat(options: options),
            tailing: tailing, splitSize: splitSize)
    }

    /// Reads one JSON Lines file and decodes each line by the schema of the record.
    ///
    /// Errors and restarts are the same as for the files of a directory.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - type: The type that a line is decoded to.
    ///   - tailing: Whether the file is still being written to; see ``FileSource/tailing``. Default: `false`.
    ///   - splitSize: The size of the parts into which a file is split, in bytes; see ``FileSource/splitSize``.
    ///     Default: `nil`, one partition per file.
    ///   - options: How keys and timestamps are decoded.
    /// - Returns: A source of decoded lines.
    public static func jsonLinesFile<Record: SchemaRecord>(
        at path: String, decoding type: Record.Type, tailing: Bool = false, splitSize: Int? = nil,
        options: JSONDecodingOptions = JSONDecodingOptions()
    ) -> JSONLinesSchemaFiles<Record> where Self == JSONLinesSchemaFiles<Record> {
        JSONLinesSchemaFiles(
            .file(path), format: JSONLinesSchemaFormat(options: options), tailing: tailing, splitSize: splitSize)
    }
}

/// The JSON Lines format: one JSON object per line, decoded to a `SchemaRecord`. Blank lines are skipped.
///
/// ```swift
/// let format = JSONLinesSchemaFormat<Arrival>(options: JSONDecodingOptions(keys: .convertFromSnakeCase))
/// graph.source(FileSource(.directory("arrivals", extensions: ["json"]), format: format))
/// ```
public struct JSONLinesSchemaFormat<Record: SchemaRecord>: FileFormat {
    public let name = "JSON Lines"
    let options: JSONDecodingOptions

    /// Creates the format.
    ///
    /// - Parameter options: How keys and timestamps are decoded.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) { self.options = options }

    public func makeDecoder(file: String) throws -> RecordDecoder {
        RecordDecoder(decoder: try JSONSchemaDecoder(options: options))
    }

    /// Decodes the lines of one file.
    public struct RecordDecoder: FileRecordDecoder {
        public static var isLineBased: Bool { true }
        public static var recordsPerRun: Int { 64 }

        @usableFromInline let decoder: JSONSchemaDecoder
        /// The bytes that the last runs took, somewhat more: so much text is validated before a run.
        @usableFromInline var runBytes = 4096

        init(decoder: JSONSchemaDecoder) { self.decoder = decoder }

        @inlinable
        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<Record> {
            do { return .record(try decoder.decode(from: bytes)) } catch { return unusualLine(bytes, error) }
        }

        /// Decodes plain lines, and stops before one that is blank, malformed or unusual, or does not end within `bytes`.
        @inlinable
        public mutating func decodeRun(
            _ bytes: UnsafeRawBufferPointer, limit: Int, into collector: inout some RecordCollector<Record>
        ) throws -> DecodedRun {
            var run = DecodedRun()
            guard let text = validLines(bytes), var start = text.baseAddress else { return run }
            var left = text.count
            while run.records < limit, let end = lineFeed(start, left) {
                guard let record = decoder.line(from: start, to: end, as: Record.self) else { break }
                let length = end - start + 1
                try collector.record(record, bytes: length)
                run.records &+= 1
                run.bytes &+= length
                start += length
                left &-= length
            }
            run.lines = run.records
            if run.records == limit { runBytes = run.bytes &+ run.bytes / 4 }
            return run
        }

        @inlinable
        @inline(__always)
        func lineFeed(_ start: UnsafePointer<UInt8>, _ count: Int) -> UnsafePointer<UInt8>? {
            guard let place = memchr(start, 0x0a, count) else { return nil }
            return UnsafePointer(place.assumingMemoryBound(to: UInt8.self))
        }

        /// Whole lines of the beginning of `bytes`, about as many as a run takes; `nil` if they are not for a run.
        @usableFromInline
        @inline(never)
        func validLines(_ bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8>? {
            let block = UnsafeRawBufferPointer(rebasing: bytes.prefix(runBytes))
            guard let start = block.baseAddress else { return nil }
            var count = RecordFrame.lastLineFeed(in: block).map { $0 + 1 }
            // A line of more than a block.
            if count == nil, block.count < bytes.count { count = RecordFrame.firstLineFeed(in: bytes).map { $0 + 1 } }
            guard let count,
                decoder.canReadLines(of: Record.self, in: UnsafeRawBufferPointer(start: start, count: count))
            else { return nil }
            return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
        }
    }
}
