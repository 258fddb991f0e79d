/// A value that can be stored in keyed state. The protocol defines how it is encoded and decoded.
///
/// Integers, floating-point numbers, `Bool`, `String`, `Timestamp`, `UUID`, `Date`, and optionals, arrays, sets and
/// dictionaries of these conform. For your own types there are three ways, the fastest first:
/// - `BitwiseState` for a struct of fixed-layout fields (numbers): its bytes are copied and no code is needed.
/// - This protocol, implemented by hand: the fields are written one after the other, in about 10 ns.
/// - `CodableState` for any `Codable` type: no code is needed and fields may be added and removed, at about a
///   microsecond per value.
///
/// ```swift
/// struct Visit: StateValue {
///     var page: String
///     var at: Timestamp
///     static var stateSchema: String { "Visit/1" }
///     func encode(into writer: inout ByteWriter) { writer.write(page); writer.write(at.milliseconds) }
///     static func decode(from reader: inout ByteReader) throws -> Visit {
///         try Visit(page: reader.readString(), at: Timestamp(milliseconds: reader.read()))
///     }
/// }
/// ```
public protocol StateValue: Sendable {
    /// The name of the stored form, such as the type's name and a version number. Change it whenever the stored form
    /// changes: a folder with another schema is rejected at start with a `StateError` instead of being misread.
    static var stateSchema: String { get }
    /// The number of encoded bytes, if it is the same for every value; otherwise `nil`. Values of fixed width are
    /// stored more compactly. Default: `nil`.
    static var fixedWidth: Int? { get }
    /// Encodes the value.
    ///
    /// - Parameter writer: the writer that receives the bytes.
    func encode(into writer: inout ByteWriter)
    /// Decodes a value that `encode(into:)` wrote.
    ///
    /// - Parameter reader: the reader of the stored bytes.
    /// - Throws: an error, usually `StateDecodingError`, if the bytes are not those of a value.
    static func decode(from reader: inout ByteReader) throws -> Self
    /// Returns a function that decodes values stored by an older version of the type, whose `stateSchema` was `schema`,
    /// or `nil` if there is none for that version.
    ///
    /// Restart: all entries of a state with an older schema are decoded by this function and stored again in the
    /// present form, before the first record is processed. Without a migration the start is rejected with a
    /// `StateError`.
    ///
    /// ```swift
    /// static var stateSchema: String { "Visit/2" }
    /// static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Visit)? {
    ///     guard schema == "Visit/1" else { return nil }
    ///     return { reader in try Visit(page: reader.readString(), at: .distantPast) }      // 1 had no time
    /// }
    /// ```
    static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Self)?
}

extension StateValue {
    /// Returns `nil`: values of other schemas are not migrated.
    public static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Self)? { nil }

    /// `nil`: the number of encoded bytes is not fixed.
    @inlinable
    public static var fixedWidth: Int? { nil }
}
