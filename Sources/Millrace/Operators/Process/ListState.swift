/// A list per key in a process function. Always that of the current key; empty where nothing was added.
public struct ListState<Key: StreamKey, Element: StateValue> {
    @usableFromInline let cell: StateCell<Key, [Element]>

    @inlinable
    init(_ cell: StateCell<Key, [Element]>) { self.cell = cell }

    /// The elements.
    @inlinable
    public func get() throws -> [Element] { try cell.get() ?? [] }

    /// Adds an element at the end.
    @inlinable
    public func append(_ element: Element) throws { try cell.update(or: { [] }) { $0.append(element) } }

    /// Replaces all elements.
    @inlinable
    public func set(_ elements: [Element]) throws {
        if elements.isEmpty { try cell.remove() } else { try cell.set(elements) }
    }

    /// Removes all elements.
    @inlinable
    public func clear() throws { try cell.remove() }
}
