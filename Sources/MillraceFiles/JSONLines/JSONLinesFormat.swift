import MillraceJSON

/// JSON Lines: one JSON value a line, decoded to a `Decodable` type. Blank lines are left out.
public struct JSONLinesFormat<Record: Decodable & Sendable>: FileFormat {
    public let name = "JSON Lines"
    let options: JSONDecodingOptions

    /// Decodes dates and names as `options` say.
    public init(options: JSONDecodingOptions = JSONDecodingOptions()) { self.options = options }

    public func makeDecoder(file: String) throws -> RecordDecoder {
        RecordDecoder(decoder: try JSONRecordDecoder(options: options))
    }

    /// Decodes lines.
    public struct RecordDecoder: FileRecordDecoder {
        @usableFromInline let decoder: JSONRecordDecoder

        init(decoder: JSONRecordDecoder) { self.decoder = decoder }

        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<Record> {
            if bytes.allSatisfy(isJSONSpace) { return .blank }
            do {
                return .record(try decoder.decode(Record.self, from: bytes))
            } catch {
                return .malformed(invalidTextReason(bytes) ?? jsonReason(error))
            }
        }
    }
}

private func isJSONSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
