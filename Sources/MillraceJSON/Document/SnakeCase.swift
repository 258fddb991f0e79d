import Foundation

/// The conversion of snake case names, such as `page_views`.
enum SnakeCase {
    /// Returns the name in camel case by the rules of Foundation's decoder: leading and trailing underscores are kept,
    /// the first word is lowercased and the others are capitalized.
    static func camelCase(_ name: String) -> String {
        guard let first = name.firstIndex(where: { $0 != "_" }), let last = name.lastIndex(where: { $0 != "_" }) else {
            return name
        }
        let words = name[first...last].split(separator: "_")
        guard words.count > 1, let head = words.first else { return name }
        let tail = words.dropFirst().map(\.capitalized).joined()
        return name[..<first] + head.lowercased() + tail + name[name.index(after: last)...]
    }
}
