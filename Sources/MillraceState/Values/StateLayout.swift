@_spi(Reflection) import Swift
import Synchronization

/// What the types of a piece of state are made of, beyond their schemas: the fields of `BitwiseState` and `CodableState`
/// types. Stored with the graph, and compared at a start.
///
/// Types that consist of others name those in their schemas; whoever asks for such a schema under `collecting` is told
/// what all of them are made of.
package enum StateLayout {
    @TaskLocal private static var collector: Collector?

    private final class Collector: Sendable {
        let found = Mutex<Set<String>>([])
    }

    package static let bits = "bits "
    static let coded = "coded "

    /// The schema that `body` gives, and the layouts of all types that have a part in it.
    package static func collecting(_ body: () -> String) -> (schema: String, layouts: [String]) {
        let collector = Collector()
        let schema = $collector.withValue(collector) { body() }
        return (schema, collector.found.withLock { $0.sorted() })
    }

    /// A type that is stored as it lies in memory: names, types and places of its fields decide.
    package static func note(bits type: Any.Type) {
        collector?.found.withLock { _ = $0.insert("\(bits)\(type)(\(fields(of: type, places: true, depth: 0)))") }
    }

    /// A type that is stored by `Codable`: a change of its fields is a reason to look whether what is stored still reads.
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
        // The standard library has the fields of structs and tuples, or if asked for classes of classes.
        let (ofClasses, ignoringUnknown) = (_EachFieldOptions(rawValue: 1), _EachFieldOptions(rawValue: 2))
        if !_forEachField(
            of: type, options: ignoringUnknown, body: { name, offset, field, _ in add(name, offset, field) })
        {
            _ = _forEachField(
                of: type, options: [ofClasses, ignoringUnknown],
                body: { name, offset, field, _ in add(name, offset, field) })
        }
        // Only the places of fields count; the order in which a `Codable` type lists them does not.
        return (places ? found : found.sorted()).joined(separator: ", ")
    }

    private static func names<T: CaseIterable>(of type: T.Type) -> String {
        type.allCases.map { "\($0)" }.joined(separator: ", ")
    }

    /// Types of the library, whose insides are nobody's business.
    private static func isPlain(_ type: Any.Type) -> Bool {
        type is any Numeric.Type || type is Bool.Type || type is String.Type || type is any Collection.Type
    }
}
