/// A coding path: the keys that lead to a value, innermost first.
final class StatePath {
    private let parent: StatePath?
    private let key: any CodingKey
    /// The number of keys from the outermost value to this one.
    let depth: Int

    init(_ parent: StatePath?, _ key: any CodingKey) {
        self.parent = parent
        self.key = key
        depth = (parent?.depth ?? 0) + 1
    }

    /// Returns the keys of `path`, outermost first.
    static func keys(_ path: StatePath?) -> [any CodingKey] {
        var keys: [any CodingKey] = []
        var next = path
        while let path = next {
            keys.append(path.key)
            next = path.parent
        }
        return keys.reversed()
    }
}

/// The key of an array's element, or of a superclass.
struct StatePathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let `super` = StatePathKey(stringValue: "super")

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "Index \(intValue)"
        self.intValue = intValue
    }
}
