import Foundation

/// Encodes records as JSON, one after another, many times faster than Foundation's encoder.
///
/// ```swift
/// let encoder = JSONRecordEncoder()
/// for total in totals {
///     try encoder.encode(total, into: &bytes)
///     bytes.append(UInt8(ascii: "\n"))
/// }
/// ```
///
/// What it writes decodes to the same as what Foundation's `JSONEncoder` writes. There is no space in it; members stand
/// in the order in which they are encoded, those of a dictionary with `String` keys in alphabetical order, so that
/// equal records have equal bytes; slashes are not escaped.
///
/// A type that writes to two containers in turns, or to one name twice, is encoded by Foundation, with its members in
/// alphabetical order: correct, but slow.
///
/// An encoder keeps its memory from record to record. It belongs to one task: have one for each.
public final class JSONRecordEncoder {
    private let writer: JSONWriter

    /// Creates an encoder.
    ///
    /// - Parameter options: how dates are encoded.
    public init(options: JSONEncodingOptions = JSONEncodingOptions()) { writer = JSONWriter(options: options) }

    /// Appends the JSON of `value` to `bytes`, which stay as they are if it throws.
    ///
    /// Throws an `EncodingError` with the path to a value that JSON has no form for: a number that is not finite.
    public func encode<T: Encodable>(_ value: T, into bytes: inout [UInt8]) throws {
        try writer.begin()
        defer { writer.state.pointee.isInUse = false }
        try writer.top(value)
        if writer.state.pointee.isScattered {
            bytes.append(contentsOf: try writer.options.foundationEncoder.encode(value))
        } else {
            bytes.append(contentsOf: writer.written)
        }
    }

    /// The JSON of `value`; see `encode(_:into:)`.
    public func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, into: &bytes)
        return bytes
    }
}

extension JSONEncodingOptions {
    /// Foundation's encoder, set to write the same.
    fileprivate var foundationEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy =
            switch dates {
            case .deferredToDate: .deferredToDate
            case .secondsSince1970: .secondsSince1970
            case .millisecondsSince1970: .millisecondsSince1970
            case .iso8601: .iso8601
            }
        return encoder
    }
}
