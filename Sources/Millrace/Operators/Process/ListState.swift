/// A list per key in a process function; empty if nothing was added.
///
/// All methods apply to the key that the process function is called for.
///
/// ```swift
/// logins.keyed(by: \.user).process(to: [Login].self) { states in
///     let failures = states.list("failures", of: Login.self)
///     return ProcessFunction(onRecord: { login, context in
///         if login.succeeded { return try failures.clear() }
///         try failures.append(login)
///         if try failures.get().count == 3 { try context.emit(failures.get()) }
///     })
/// }
/// ```
public struct ListState<Key: StreamKey, Element: StateValue> {
    @usableFromInline let cell: StateCell<Key, [Element]>

    @inlinable
    init(_ cell: StateCell<Key, [Element]>) { self.cell = cell }

    /// Returns the elements.
    ///
    /// - Throws: `StateError` if the list has to be read from the store and is damaged.
    @inlinable
    public func get() throws -> [Element] { try cell.get() ?? [] }

    /// Appends an element.
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
