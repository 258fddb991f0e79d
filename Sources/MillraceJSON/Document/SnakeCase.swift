import Foundation

/// Names in snake case, as in `page_views`.
enum SnakeCase {
    /// The name in camel case, by the rules of Foundation's decoder: underscores at the ends stay, the first word is in
    /// small letters, each other has a capital first.
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
