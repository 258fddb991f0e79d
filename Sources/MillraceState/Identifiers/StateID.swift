/// The number of a keyed state within a state folder. The catalogue maps it to the operator and the state's name.
package struct StateID: Hashable, Comparable, Sendable, Codable {
    /// The number.
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    package static func < (left: StateID, right: StateID) -> Bool { left.value < right.value }
}
