/// A part of keyed state that is created and dropped as a whole: for windows the window's end in milliseconds,
/// otherwise 0.
@frozen
@usableFromInline
package struct Slice: Hashable, Comparable, Sendable {
    /// The end of the window in milliseconds since 1970, or 0.
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
