import MillraceJSON

/// The JSON Lines format: one JSON value per line, decoded to a `Decodable` type. Blank lines are skipped.
///
/// ```swift
/// let format = JSONLinesFormat<Event>(options: JSONDecodingOptions(keys: .convertFromSnakeCase))
/// graph.source(FileSource(.directory("events", extensions: ["json"]), format: format))
/// ```
public struct JSONLinesFormat<Record: Decodable & Sendable>: FileFormat {
    public let name = "JSON Lines"
    let options: JSONDecodingOptions

    /// Creates the format.
    ///
    /// - Parameter options: How dates and keys are decoded.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) { self.options = options }

    public func makeDecoder(file: String) throws -> RecordDecoder {
        RecordDecoder(decoder: try JSONRecordDecoder(options: options))
    }

    /// Decodes the lines of one file.
    public struct RecordDecoder: FileRecordDecoder {
        public static var isLineBased: Bool { true }

        @usableFromInline let decoder: JSONRecordDecoder

        init(decoder: JSONRecordDecoder) { self.decoder = decoder }

        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<Record> {
            do { return .record(try decoder.decode(Record.self, from: bytes)) } catch {
                return unusualLine(bytes, error)
            }
        }
    }
}

/// What a line is that was not decoded: blank, or malformed for this reason.
@usableFromInline
func unusualLine<Record>(_ bytes: UnsafeRawBufferPointer, _ error: any Error) -> DecodedRecord<Record> {
    bytes.allSatisfy(isJSONSpace) ? .blank : .malformed(invalidTextReason(bytes) ?? jsonReason(error))
}

private func isJSONSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
