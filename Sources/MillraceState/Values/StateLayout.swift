@_spi(Reflection) import Swift
import Synchronization

/// The layouts of the types in a keyed state, beyond their schemas: the fields of `BitwiseState` and `CodableState`
/// types. They are stored with the graph and compared at a start.
///
/// A type that contains other types includes their schemas in its own. Computing a schema within `collecting` therefore
/// collects the layouts of all of them.
package enum StateLayout {
    @TaskLocal private static var collector: Collector?

    private final class Collector: Sendable {
        let found = Mutex<Set<String>>([])
    }

    package static let bits = "bits "
    static let coded = "coded "

    /// Returns the schema computed by `body`, and the layouts of all types in it.
    package static func collecting(_ body: () -> String) -> (schema: String, layouts: [String]) {
        let collector = Collector()
        let schema = $collector.withValue(collector) { body() }
        return (schema, collector.found.withLock { $0.sorted() })
    }

    /// Records the layout of a type that is stored as its bytes in memory: names, types and offsets of its fields.
    package static func note(bits type: Any.Type) {
        collector?.found.withLock { _ = $0.insert("\(bits)\(type)(\(fields(of: type, places: true, depth: 0)))") }
    }

    /// Records the fields of a type that is stored through `Codable`. If they change, a start checks whether the stored
    /// values still decode.
    package static func note(coded type: Any.Type) {
        collector?.found.withLock { _ = $0.insert("\(coded)\(type)(\(fields(of: type, places: false, depth: 0)))") }
    }

    private static let deepest = 8

    private static func fields(of type: Any.Type, places: Bool, depth: Int) -> String {
        if let cases = type as? any CaseIterable.Type { return names(of: cases) }
        var found: [String] = []
        func add(_ name: UnsafePointer<CChar>, _ offset: Int, _ field: Any.Type) -> Bool {
            let inner =
                depth < deepest && !isPlain(field) ? fields(of: field, places: places, depth: depth + 1) : ""
            let place = places ? " at \(offset)" : ""
            found.append("\(String(cString: name)) \(field)\(inner.isEmpty ? "" : "(\(inner))")\(place)")
            return true
        }
        // The standard library lists the fields of structs and tuples, or of classes if asked for those.
        let (ofClasses, ignoringUnknown) = (_EachFieldOptions(rawValue: 1), _EachFieldOptions(rawValue: 2))
        if !_forEachField(
            of: type, options: ignoringUnknown, body: { name, offset, field, _ in add(name, offset, field) })
        {
            _ = _forEachField(
                of: type, options: [ofClasses, ignoringUnknown],
                body: { name, offset, field, _ in add(name, offset, field) })
        }
        // The order of fields matters only with their offsets: a `Codable` type may list them in any order.
        return (places ? found : found.sorted()).joined(separator: ", ")
    }

    private static func names<T: CaseIterable>(of type: T.Type) -> String {
        type.allCases.map { "\($0)" }.joined(separator: ", ")
    }

    /// Whether a type is one of the standard library's, whose fields are not listed.
    private static func isPlain(_ type: Any.Type) -> Bool {
        type is any Numeric.Type || type is Bool.Type || type is String.Type || type is any Collection.Type
    }
}
