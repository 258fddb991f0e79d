/// A value of state that is stored through its `Codable` conformance, in a compact binary form.
///
/// ```swift
/// struct Visit: CodableState { var page: String; var at: Timestamp? }
/// ```
///
/// Fields are stored by name. Optional fields may be added, and fields may be removed and reordered, without a new
/// version: stored values still decode. `Docs/StateFormat.md` says which changes are safe. If fields have changed, a
/// start decodes all stored values and is rejected with a `StateError` if one fails. Raise `stateVersion` when the
/// meaning changes. Encoding and decoding take about a microsecond for a small struct. `BitwiseState` and a
/// `StateValue` by hand are faster.
///
/// A value cannot be stored if its `encode(to:)` throws or it is nested too deeply (see the format). Since writing
/// state cannot throw, the reason is stored instead of the value, and reading it throws a `StateDecodingError` with
/// that reason: the pipeline fails there instead of continuing with another value.
public protocol CodableState: StateValue, Codable {
    /// The version of the stored values' meaning. Raise it when values stored before would decode but mean something
    /// else. Default: 1.
    static var stateVersion: Int { get }
}

extension CodableState {
    /// The version of the stored values' meaning: 1.
    public static var stateVersion: Int { 1 }
    /// The type's name and version.
    public static var stateSchema: String {
        StateLayout.note(coded: Self.self)
        return "\(Self.self)/codable/\(stateVersion)"
    }
    /// Encodes the value, or the reason why it cannot be encoded.
    public func encode(into writer: inout ByteWriter) { StateEncoding.encode(self, into: &writer) }
    /// Decodes a value.
    ///
    /// - Throws: `StateDecodingError` if the bytes are damaged or the value could not be encoded, `DecodingError` if
    ///   the bytes are those of another type.
    public static func decode(from reader: inout ByteReader) throws -> Self {
        try StateDecoding.decode(Self.self, from: &reader)
    }
}

// An enum with raw values is a `StateValue` by its raw value. One that conforms to `CodableState` is stored in this
// form.
extension CodableState where Self: RawRepresentable, RawValue: StateValue {
    /// The type's name and version.
    public static var stateSchema: String {
        StateLayout.note(coded: Self.self)
        return "\(Self.self)/codable/\(stateVersion)"
    }
    /// `nil`: the number of encoded bytes is not fixed.
    public static var fixedWidth: Int? { nil }
    /// Encodes the value, or the reason why it cannot be encoded.
    public func encode(into writer: inout ByteWriter) { StateEncoding.encode(self, into: &writer) }
    /// Decodes a value.
    ///
    /// - Throws: `StateDecodingError` if the bytes are damaged or the value could not be encoded, `DecodingError` if
    ///   the bytes are those of another type.
    public static func decode(from reader: inout ByteReader) throws -> Self {
        try StateDecoding.decode(Self.self, from: &reader)
    }
}
