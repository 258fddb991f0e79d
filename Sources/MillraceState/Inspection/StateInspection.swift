/// A read-only view of a pipeline's state as of its last checkpoint. The state of a stopped pipeline is read from its
/// folder, that of a running one through its `StateHandle`.
///
/// ```swift
/// let state = try StateInspection(directory: "state")
/// try state.forEach(of: "clicks-per-user", key: String.self, value: Int.self) { user, clicks in ... }
/// ```
///
/// A folder that is opened by `init(directory:)` is locked as long as the inspection exists: no pipeline can run with
/// it.
public struct StateInspection {
    private let store: CheckpointStore
    private let manifest: Manifest

    /// Opens a state folder.
    ///
    /// - Parameter directory: the path of the state folder.
    /// - Throws: `StateError` if the folder holds no checkpoint, is damaged, or is in use by another process.
    public init(directory: String) throws {
        let folder = try StateFolder(path: directory, fresh: false)
        guard !folder.isNew else {
            throw StateError(
                .unusable, "\(directory) holds no state", advice: "Name the folder that a pipeline was run with")
        }
        try self.init(CheckpointStore(folder: folder))
    }

    package init(_ store: CheckpointStore) throws {
        self.store = store
        guard let manifest = try store.storedManifests().last(where: { $0.mark == .committed }) else {
            throw StateError(
                .unusable, "\(store.path) holds no checkpoint yet",
                advice: "Run the pipeline until its first checkpoint")
        }
        self.manifest = manifest
    }

    /// Writes a savepoint: a copy of the state in a new folder, with which a pipeline can be run.
    ///
    /// - Parameter directory: the path of the new folder.
    /// - Returns: the checkpoint that the copy holds.
    /// - Throws: `StateError` if the folder already holds state or cannot be written.
    @discardableResult
    public func export(to directory: String) throws -> CheckpointNumber { try store.export(to: directory) }

    /// Returns the value of a key, or `nil` if there is none. Of windowed state, this is the value in the last window.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - operatorID: the operator's name, or its kind and number such as `fold-1`.
    ///   - name: the name of the operator's state, as in `states`. Default: `value`.
    ///   - value: the type of the value.
    /// - Throws: `StateError` if there is no such state or its types are others.
    public func value<Key: StreamKey, Value: StateValue>(
        of key: Key, in operatorID: String, state name: String = "value", as value: Value.Type = Value.self
    ) throws -> Value? {
        var found: Value?
        try forEach(
            of: operatorID, state: name, hashes: key.frozenHash...key.frozenHash, key: Key.self, value: Value.self
        ) { if $0 == key { found = $1 } }
        return found
    }

    /// The number of the checkpoint that is shown.
    public var checkpoint: CheckpointNumber { manifest.checkpoint }

    /// The keyed states in the folder, with their operator, name, and key and value schemas.
    public var states: [(operatorID: String, name: String, keySchema: String, valueSchema: String)] {
        manifest.states.map { ($0.operatorID, $0.name, $0.keySchema, $0.valueSchema) }
    }

    /// Calls `body` for every entry of an operator's state, in the order of the keys' hashes. Windowed state is visited
    /// window by window, in the order of their ends.
    ///
    /// Entries of a state with a time to live are included until they are removed, even if they have expired.
    ///
    /// - Parameters:
    ///   - operatorID: the operator's name, or its kind and number such as `fold-1`.
    ///   - name: the name of the operator's state, as in `states`. Default: `value`.
    ///   - key: the type of the key.
    ///   - value: the type of the value.
    ///   - body: called with the key and the value of each entry.
    /// - Throws: `StateError` if there is no such state or its types are others, or the error of `body`.
    public func forEach<Key: StreamKey, Value: StateValue>(
        of operatorID: String, state name: String = "value", key: Key.Type, value: Value.Type,
        _ body: (Key, Value) throws -> Void
    ) throws {
        try forEach(of: operatorID, state: name, hashes: 0...UInt64.max, key: key, value: value, body)
    }

    private func forEach<Key: StreamKey, Value: StateValue>(
        of operatorID: String, state name: String, hashes: ClosedRange<UInt64>, key: Key.Type, value: Value.Type,
        _ body: (Key, Value) throws -> Void
    ) throws {
        guard let entry = manifest.states.first(where: { $0.operatorID == operatorID && $0.name == name }) else {
            let known = states.map { "\($0.operatorID)/\($0.name)" }.joined(separator: ", ")
            throw StateError(
                .mismatch, "There is no state '\(operatorID)/\(name)' in \(store.path)",
                advice: "There are: \(known.isEmpty ? "none" : known)")
        }
        let expires = entry.valueSchema == Expiring<Value>.stateSchema
        guard entry.keySchema == Key.keySchema, expires || entry.valueSchema == Value.stateSchema else {
            throw StateError(
                .mismatch,
                "'\(operatorID)/\(name)' holds \(entry.keySchema) -> \(entry.valueSchema), not \(Key.keySchema) -> \(Value.stateSchema)",
                advice: "Read it with the types it was stored with")
        }
        let reader = try StateReader(store: store)
        defer { reader.release() }
        for slice in try reader.slices(entry.id) {
            try reader.visit(entry.id, slice, hashes) { hash, remainder, value in
                let key = Key(hash: hash, remainder: try Key.decodeRemainder(from: &remainder))
                let value =
                    expires ? try Expiring<Value>.decode(from: &value).value : try Value.decode(from: &value)
                try body(key, value)
            }
        }
    }
}
