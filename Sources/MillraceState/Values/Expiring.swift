/// A value with an expiration time.
@frozen
@usableFromInline
package struct Expiring<Value: StateValue>: StateValue {
    /// The first instant at which the value has expired, in milliseconds since 1970.
    @usableFromInline package var expires: Int64
    @usableFromInline package var value: Value

    @inlinable
    package init(expires: Int64, value: Value) {
        self.expires = expires
        self.value = value
    }

    @usableFromInline
    package static var stateSchema: String { "Expiring<\(Value.stateSchema)>" }
    @inlinable
    package static var fixedWidth: Int? { Value.fixedWidth.map { $0 + 8 } }
    @inlinable
    package func encode(into writer: inout ByteWriter) {
        writer.write(expires)
        value.encode(into: &writer)
    }
    @inlinable
    package static func decode(from reader: inout ByteReader) throws -> Expiring {
        let expires = try reader.read(Int64.self)
        return Expiring(expires: expires, value: try Value.decode(from: &reader))
    }
}
