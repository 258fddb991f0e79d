import MillraceTime

// Integers and floating-point numbers are stored as their little-endian bytes.

extension StateValue where Self: FixedWidthInteger & BitwiseCopyable {
    public static var stateSchema: String { "\(Self.self)" }
    @inlinable
    public static var fixedWidth: Int? { MemoryLayout<Self>.size }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(self) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self { try reader.read() }
}

extension Int: StateValue {}
extension Int8: StateValue {}
extension Int16: StateValue {}
extension Int32: StateValue {}
extension Int64: StateValue {}
extension UInt: StateValue {}
extension UInt8: StateValue {}
extension UInt16: StateValue {}
extension UInt32: StateValue {}
extension UInt64: StateValue {}

extension Double: StateValue {
    public static var stateSchema: String { "Double" }
    @inlinable
    public static var fixedWidth: Int? { 8 }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(bitPattern) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Double { Double(bitPattern: try reader.read()) }
}

extension Float: StateValue {
    public static var stateSchema: String { "Float" }
    @inlinable
    public static var fixedWidth: Int? { 4 }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(bitPattern) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Float { Float(bitPattern: try reader.read()) }
}

extension Bool: StateValue {
    public static var stateSchema: String { "Bool" }
    @inlinable
    public static var fixedWidth: Int? { 1 }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(UInt8(self ? 1 : 0)) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Bool {
        let byte = try reader.read(UInt8.self)
        guard byte < 2 else { throw StateDecodingError(expected: "0 or 1 for a Bool", found: "\(byte)") }
        return byte == 1
    }
}

extension String: StateValue {
    public static var stateSchema: String { "String" }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(self) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> String { try reader.readString() }
}

extension Timestamp: StateValue {
    public static var stateSchema: String { "Timestamp" }
    @inlinable
    public static var fixedWidth: Int? { 8 }
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.write(milliseconds) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Timestamp {
        Timestamp(milliseconds: try reader.read())
    }
}
