/// A text that no message, log or dump shows: a password, or a connection string that has one.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The text itself, for whom it is meant.
    public let value: String

    /// Of this text.
    public init(_ value: String) { self.value = value }

    public init(stringLiteral value: String) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
