/// Reads a pipeline's state, as its last checkpoint has it: of a stopped one from its folder, of a running one through the
/// `StateHandle` that it was given.
///
/// ```swift
/// let state = try StateInspection(directory: "state")
/// try state.forEach(of: "clicks-per-user", key: String.self, value: Int.self) { user, clicks in ... }
/// ```
///
/// A folder is locked meanwhile: nobody else can run with it.
public struct StateInspection {
    private let store: CheckpointStore
    private let manifest: Manifest

    /// Opens a state folder. Throws `StateError` if there is nothing to read or it is in use.
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

    /// Writes a copy of the state into a new folder, which a pipeline can be run with: a savepoint. Returns the checkpoint
    /// that it holds.
    @discardableResult
    public func export(to directory: String) throws -> CheckpointNumber { try store.export(to: directory) }

    /// The value of one key, if it has any.
    public func value<Key: StreamKey, Value: StateValue>(
        of key: Key, in operatorID: String, state name: String = "value", as value: Value.Type = Value.self
    ) throws -> Value? {
        var found: Value?
        try forEach(
            of: operatorID, state: name, hashes: key.frozenHash...key.frozenHash, key: Key.self, value: Value.self
        ) { if $0 == key { found = $1 } }
        return found
    }

    /// The last checkpoint.
    public var checkpoint: CheckpointNumber { manifest.checkpoint }

    /// What the folder holds: operator, state, key type, value type.
    public var states: [(operatorID: String, name: String, keySchema: String, valueSchema: String)] {
        manifest.states.map { ($0.operatorID, $0.name, $0.keySchema, $0.valueSchema) }
    }

    /// Visits every entry of an operator's state, in the order of the keys' hashes; of state with a time to live also what
    /// is over and has not left the store yet.
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
