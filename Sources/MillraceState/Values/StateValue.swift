/// A value that keyed state can hold: how it is written to a checkpoint and read back.
///
/// Integers, floating-point numbers, `Bool`, `String`, `Timestamp`, and optionals, arrays and dictionaries of these
/// conform. For a struct of your own there are three ways, the fastest first:
/// - `BitwiseState` for a struct of fixed-layout fields (numbers): copied as it lies in memory, nothing to write;
/// - this protocol by hand: write the fields one after the other, in 10 ns or so;
/// - `CodableState` for any `Codable` type: nothing to write, about a microsecond, and fields may come and go.
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
    /// Names the stored form. A folder whose schema is another one is refused at start instead of misread, so change
    /// it (a version number will do) whenever the stored form changes.
    static var stateSchema: String { get }
    /// Encoded bytes if every value has the same number of them; values of fixed width are stored more tightly.
    static var fixedWidth: Int? { get }
    /// Writes the value.
    func encode(into writer: inout ByteWriter)
    /// Reads what `encode` wrote; throws on anything else.
    static func decode(from reader: inout ByteReader) throws -> Self
    /// Reads what an older version of the type wrote, whose `stateSchema` was `schema`; `nil` if that cannot be. At start all
    /// of a state's entries are read so, and stored anew, before the first record.
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
    /// None, unless a type says so.
    public static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Self)? { nil }

    /// Not fixed, unless a type says so.
    @inlinable
    public static var fixedWidth: Int? { nil }
}
