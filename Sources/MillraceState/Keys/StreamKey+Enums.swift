// Enums with raw values: `enum Airport: String, StreamKey, StateValue { case jfk = "JFK", lga = "LGA" }`

extension StreamKey where Self: RawRepresentable, RawValue: StreamKey, Remainder == Self {
    /// The raw value's hash.
    @inlinable
    public var frozenHash: UInt64 { rawValue.frozenHash }
}

extension StateValue where Self: RawRepresentable, RawValue: StateValue {
    public static var stateSchema: String { "\(Self.self)(\(RawValue.stateSchema))" }
    @inlinable
    public static var fixedWidth: Int? { RawValue.fixedWidth }
    @inlinable
    public func encode(into writer: inout ByteWriter) { rawValue.encode(into: &writer) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Self {
        let raw = try RawValue.decode(from: &reader)
        guard let value = Self(rawValue: raw) else {
            throw StateDecodingError(expected: "a case of \(Self.self)", found: "\(raw)")
        }
        return value
    }
}
