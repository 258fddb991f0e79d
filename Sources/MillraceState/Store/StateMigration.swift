/// The migration of a keyed state's entries from what older versions of its value type stored.
package struct StateMigration: Sendable {
    /// Reads an old value and writes the new one.
    typealias Conversion = @Sendable (inout ByteReader, inout ByteWriter) throws -> Void

    let keyWidth: Int?
    let valueWidth: Int?
    /// Returns the conversion from a schema, if there is one.
    let conversion: @Sendable (String) -> Conversion?
    /// Reads a value of the present version.
    package let read: @Sendable (inout ByteReader) throws -> Void

    package init<Key: StreamKey, Value: StateValue>(key: Key.Type, value: Value.Type) {
        keyWidth = Key.remainderWidth
        valueWidth = Value.fixedWidth
        read = { reader in _ = try Value.decode(from: &reader) }
        conversion = { schema in
            guard let read = Value.migration(from: schema) else { return nil }
            let convert: Conversion = { reader, writer in
                let value = try read(&reader)
                value.encode(into: &writer)
            }
            return convert
        }
    }
}

// Types that contain values are migrated with them.

extension Array where Element: StateValue {
    /// Returns a function that decodes an array whose elements have a migration, or `nil` if they have none.
    public static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> [Element])? {
        guard schema.hasPrefix("Array<"), schema.hasSuffix(">"),
            let read = Element.migration(from: String(schema.dropFirst(6).dropLast()))
        else { return nil }
        return { reader in
            let count = try reader.readLength(unit: 0)
            var elements: [Element] = []
            for _ in 0..<count { elements.append(try read(&reader)) }
            return elements
        }
    }
}

extension Expiring {
    @usableFromInline
    package static func migration(from schema: String) -> (@Sendable (inout ByteReader) throws -> Expiring)? {
        guard schema.hasPrefix("Expiring<"), schema.hasSuffix(">"),
            let read = Value.migration(from: String(schema.dropFirst(9).dropLast()))
        else { return nil }
        return { reader in
            let expires = try reader.read(Int64.self)
            return Expiring(expires: expires, value: try read(&reader))
        }
    }
}
