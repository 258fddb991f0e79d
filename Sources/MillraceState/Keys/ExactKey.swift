/// A key that is the same as another only if its stored bytes are.
///
/// Swift's strings are equal in all spellings of Unicode: "é" as one scalar and as "e" with an accent. Keys of streams are
/// told apart by their bytes, as Kafka and databases do; so are the keys within state that are wrapped in this.
///
/// ```swift
/// struct Pages: Aggregate {
///     func create() -> Set<ExactKey<String>> { [] }
///     func add(_ click: Click, to pages: inout Set<ExactKey<String>>) { pages.insert(ExactKey(click.page)) }
///     func merge(_ other: Set<ExactKey<String>>, into pages: inout Set<ExactKey<String>>) { pages.formUnion(other) }
///     func result(_ pages: Set<ExactKey<String>>) -> [String] { pages.map(\.value) }
/// }
/// ```
@frozen
public struct ExactKey<Value: StateValue & Hashable>: StateValue, Hashable {
    /// The key.
    public var value: Value

    /// Of this key.
    @inlinable
    public init(_ value: Value) { self.value = value }

    @inlinable
    public static func == (left: ExactKey, right: ExactKey) -> Bool {
        guard left.value == right.value else { return false }
        if let left = left.value as? String, let right = right.value as? String {
            return left.utf8.elementsEqual(right.utf8)
        }
        // Of fixed width is what holds no strings.
        return Value.fixedWidth != nil || left.bytes == right.bytes
    }

    /// Equal bytes are equal values.
    @inlinable
    public func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }

    @usableFromInline package var bytes: [UInt8] {
        var writer = ByteWriter()
        value.encode(into: &writer)
        return writer.bytes()
    }

    public static var stateSchema: String { Value.stateSchema }
    @inlinable
    public static var fixedWidth: Int? { Value.fixedWidth }
    @inlinable
    public func encode(into writer: inout ByteWriter) { value.encode(into: &writer) }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> ExactKey {
        ExactKey(try Value.decode(from: &reader))
    }
}
