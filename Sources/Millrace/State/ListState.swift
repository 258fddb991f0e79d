/// A list per key in a process function. Always that of the current key; empty where nothing was added.
public struct ListState<Key: StreamKey, Element: StateValue> {
    @usableFromInline let table: KeyedTable<Key, [Element]>?
    @usableFromInline let current: CurrentKey<Key>

    @inlinable
    init(table: KeyedTable<Key, [Element]>?, current: CurrentKey<Key>) {
        self.table = table
        self.current = current
    }

    /// The elements.
    @inlinable
    public func get() throws -> [Element] {
        guard let table else { stateOutsideTask() }
        return try table.find(current.hash, current.get())?.pointee.value ?? []
    }

    /// Adds an element at the end.
    @inlinable
    public func append(_ element: Element) throws {
        guard let table else { stateOutsideTask() }
        try table.update(current.hash, current.get()) { [] }.pointee.value.append(element)
    }

    /// Replaces all elements.
    @inlinable
    public func set(_ elements: [Element]) throws {
        guard let table else { stateOutsideTask() }
        if elements.isEmpty { return try removeAll() }
        try table.update(current.hash, current.get()) { [] }.pointee.value = elements
    }

    /// Removes all elements.
    @inlinable
    public func removeAll() throws {
        guard let table else { stateOutsideTask() }
        try table.remove(current.hash, current.get())
    }
}
