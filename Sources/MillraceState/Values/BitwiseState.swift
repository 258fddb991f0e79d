/// A struct of fixed-layout fields, such as numbers, that is stored as its bytes in memory.
///
/// ```swift
/// struct Totals: BitwiseState { var count = 0; var sum = 0.0 }
/// ```
///
/// This is the fastest way to store state. The names, types and offsets of the fields are stored with the state. A
/// folder written with other fields is rejected at start with a `StateError`. To change the fields, raise
/// `stateVersion` and convert the old values with `migration(from:)`.
public protocol BitwiseState: StateValue, BitwiseCopyable {
    /// The version of the fields. Raise it when they change. Default: 1.
    static var stateVersion: Int { get }
}

extension BitwiseState {
    /// The version of the fields: 1.
    public static var stateVersion: Int { 1 }
    /// The type's name, version and size in bytes.
    public static var stateSchema: String {
        StateLayout.note(bits: Self.self)
        return "\(Self.self)/\(stateVersion)(\(MemoryLayout<Self>.size) bytes)"
    }
    @inlinable
    public static var fixedWidth: Int? { MemoryLayout<Self>.size }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.writeBits(self) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self { try reader.readBits() }
}
