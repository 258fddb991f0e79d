/// A struct of numbers (and other fixed-layout fields) that is stored as it lies in memory.
///
/// ```swift
/// struct Totals: BitwiseState { var count = 0; var sum = 0.0 }
/// ```
///
/// The fastest way to keep state. The stored schema is the type's name and size: a folder written by a struct of
/// another size is refused; reordering fields of the same size is yours to avoid (or set `stateVersion`).
public protocol BitwiseState: StateValue, BitwiseCopyable {
    /// Raise it when fields change their meaning and not their size.
    static var stateVersion: Int { get }
}

extension BitwiseState {
    /// The first version.
    public static var stateVersion: Int { 1 }
    /// Type name, version, size.
    public static var stateSchema: String { "\(Self.self)/\(stateVersion)(\(MemoryLayout<Self>.size) bytes)" }
    @inlinable
    public static var fixedWidth: Int? { MemoryLayout<Self>.size }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.writeBits(self) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self { try reader.readBits() }
}
