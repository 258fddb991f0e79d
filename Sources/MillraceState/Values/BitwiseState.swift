/// A struct of numbers (and other fixed-layout fields) that is stored as it lies in memory.
///
/// ```swift
/// struct Totals: BitwiseState { var count = 0; var sum = 0.0 }
/// ```
///
/// The fastest way to keep state. Names, types and places of the fields are stored with the state: a folder that was
/// written by a struct with others is refused at start. To change them, raise `stateVersion` and say with
/// `migration(from:)` how the new values are made of the old.
public protocol BitwiseState: StateValue, BitwiseCopyable {
    /// Raise it when fields change.
    static var stateVersion: Int { get }
}

extension BitwiseState {
    /// The first version.
    public static var stateVersion: Int { 1 }
    /// Type name, version, size.
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
