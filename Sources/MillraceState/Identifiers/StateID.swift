/// The number of a piece of keyed state within a state folder; its catalogue maps it to operator and name.
public struct StateID: Hashable, Comparable, Sendable, Codable {
    /// The number.
    public let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    public static func < (left: StateID, right: StateID) -> Bool { left.value < right.value }
}

/// A part of keyed state that is opened and dropped as a whole: the end of a window in milliseconds; 0 where there
/// are no windows.
@frozen
public struct Slice: Hashable, Comparable, Sendable {
    /// Milliseconds.
    public let value: Int64

    /// The slice that ends at `value`.
    @inlinable
    public init(_ value: Int64) { self.value = value }

    /// The only slice of state without windows.
    @inlinable
    public static var whole: Slice { Slice(0) }

    @inlinable
    public static func < (left: Slice, right: Slice) -> Bool { left.value < right.value }
}
