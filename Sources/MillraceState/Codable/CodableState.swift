/// State of any `Codable` type, in a compact binary form.
///
/// ```swift
/// struct Visit: CodableState { var page: String; var at: Timestamp? }
/// ```
///
/// Fields are stored by name: optional fields may be added, removed and reordered, and what was stored before still
/// reads (`Docs/StateFormat.md` says which changes are safe). Where fields have changed, a start reads all that is stored
/// and refuses what does not decode. Raise `stateVersion` for a change of meaning. Encoding and
/// decoding cost about a microsecond for a small struct; `BitwiseState` and `StateValue` by hand are faster.
///
/// A value whose own `encode(to:)` throws (or that is nested too deeply, see the format) cannot be stored. Writing
/// state has nowhere to throw to, so the reason is stored in the value's place, and reading it back throws a
/// `StateDecodingError` that carries the reason: the pipeline stops there instead of going on with another value.
public protocol CodableState: StateValue, Codable {
    /// Raise it when what was stored before no longer reads as what it meant.
    static var stateVersion: Int { get }
}

extension CodableState {
    /// The first version.
    public static var stateVersion: Int { 1 }
    /// Type name and version.
    public static var stateSchema: String {
        StateLayout.note(coded: Self.self)
        return "\(Self.self)/codable/\(stateVersion)"
    }
    /// Writes the value, or the reason why it cannot be written.
    public func encode(into writer: inout ByteWriter) { StateEncoding.encode(self, into: &writer) }
    /// Throws `StateDecodingError` for damaged bytes and for a value that could not be written, `DecodingError` for
    /// a value that is not a `Self`.
    public static func decode(from reader: inout ByteReader) throws -> Self {
        try StateDecoding.decode(Self.self, from: &reader)
    }
}

// An enum with raw values is a `StateValue` by its raw value; one that asks for this protocol gets this form.
extension CodableState where Self: RawRepresentable, RawValue: StateValue {
    /// Type name and version.
    public static var stateSchema: String {
        StateLayout.note(coded: Self.self)
        return "\(Self.self)/codable/\(stateVersion)"
    }
    /// Not fixed.
    public static var fixedWidth: Int? { nil }
    /// Writes the value, or the reason why it cannot be written.
    public func encode(into writer: inout ByteWriter) { StateEncoding.encode(self, into: &writer) }
    /// Throws as every `CodableState` does.
    public static func decode(from reader: inout ByteReader) throws -> Self {
        try StateDecoding.decode(Self.self, from: &reader)
    }
}
