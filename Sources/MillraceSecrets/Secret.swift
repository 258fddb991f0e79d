/// A secret string, such as a password or a connection string with one. Its descriptions and its mirror do not contain
/// the text, so that it is not shown in messages, logs and dumps.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The secret text.
    public let value: String

    /// Creates a secret.
    ///
    /// - Parameter value: The secret text.
    public init(_ value: String) { self.value = value }

    public init(stringLiteral value: String) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
