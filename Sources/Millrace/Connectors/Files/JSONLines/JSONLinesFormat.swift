import Foundation

/// JSON Lines: one JSON value a line, decoded to a `Decodable` type. Blank lines are left out.
public struct JSONLinesFormat<Record: Decodable & Sendable>: FileFormat {
    public let name = "JSON Lines"
    let decoder: @Sendable () -> JSONDecoder

    /// Decodes with what `decoder` makes, once a file: for other date or key strategies than Foundation's defaults.
    public init(decoder: @escaping @Sendable () -> JSONDecoder = { JSONDecoder() }) { self.decoder = decoder }

    public func makeDecoder(file: String) -> RecordDecoder { RecordDecoder(decoder: decoder()) }

    /// Decodes lines.
    public struct RecordDecoder: FileRecordDecoder {
        @usableFromInline let decoder: JSONDecoder

        init(decoder: JSONDecoder) { self.decoder = decoder }

        public mutating func decode(_ bytes: UnsafeRawBufferPointer) -> DecodedRecord<Record> {
            if bytes.allSatisfy(isJSONSpace) { return .blank }
            if let reason = invalidTextReason(bytes) { return .malformed(reason) }
            do {
                return .record(try decoder.decode(Record.self, from: Data(bytes)))
            } catch {
                return .malformed(jsonReason(error))
            }
        }
    }
}

private func isJSONSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
