/// A part of keyed state that is opened and dropped as a whole: the end of a window in milliseconds; 0 where there
/// are no windows.
@frozen
@usableFromInline
package struct Slice: Hashable, Comparable, Sendable {
    /// Milliseconds.
    @usableFromInline package let value: Int64

    /// The slice that ends at `value`.
    @inlinable
    package init(_ value: Int64) { self.value = value }

    /// The only slice of state without windows.
    @inlinable
    package static var whole: Slice { Slice(0) }

    @inlinable
    package static func < (left: Slice, right: Slice) -> Bool { left.value < right.value }
}
