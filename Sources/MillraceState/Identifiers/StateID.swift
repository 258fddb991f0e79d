/// The number of a piece of keyed state within a state folder; its catalogue maps it to operator and name.
package struct StateID: Hashable, Comparable, Sendable, Codable {
    /// The number.
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    package static func < (left: StateID, right: StateID) -> Bool { left.value < right.value }
}
