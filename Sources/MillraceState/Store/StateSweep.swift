import MillraceLMDB

/// Removes states from the tree that no longer exist: they were dropped, or stored again under another number.
///
/// Only states that no stored checkpoint names are removed: until the first checkpoint without a state is committed, a
/// start may return to one with it.
package struct StateSweep {
    private let store: CheckpointStore

    package init(_ store: CheckpointStore) { self.store = store }

    /// The numbers of entries and bytes after which a step commits.
    private static let stepEntries = 2048
    private static let stepBytes = 4 << 20

    /// Performs one step in a write transaction of its own. Returns false if nothing is left to remove.
    ///
    /// - Parameter used: the numbers of the running graph's states.
    package func step(used: [StateID], crash: CrashSwitch, at checkpoint: CheckpointNumber) throws -> Bool {
        let named = try Set(store.storedManifests().flatMap { $0.states.map(\.id) }).union(used)
        guard let forgotten = try store.numbersInTree().subtracting(named).min() else { return false }
        let keys = try firstKeys(of: forgotten)
        try store.writing { transaction, seal in
            for (slice, hash) in keys {
                try StoreKeys.withTreeKey(forgotten, slice, hash) { try seal.delete($0, in: store.tree, transaction) }
            }
            try crash.reach(.insideFold(checkpoint))
        }
        return true
    }

    private func firstKeys(of state: StateID) throws -> [(Slice, UInt64)] {
        try store.reading { reader in
            var keys: [(Slice, UInt64)] = []
            var bytes = 0
            let cursor = try reader.cursor(store.tree)
            var entry = try StoreKeys.withTreeKey(state, Slice(.min), 0) { try cursor.seek($0) }
            while let (key, value) = entry, let found = StoreKeys.treeKey(key), found.state == state,
                keys.count < Self.stepEntries, bytes < Self.stepBytes
            {
                keys.append((found.slice, found.hash))
                bytes += value.count
                entry = try cursor.next()
            }
            return keys
        }
    }
}

extension CheckpointStore {
    /// Returns the numbers of states that anything is stored under. A number may only be reused if it is not among
    /// them.
    package func numbersInUse() throws -> Set<StateID> {
        var numbers = try numbersInTree()
        try reading { reader in
            let cursor = try reader.cursor(journal)
            var entry = try cursor.first()
            while let (key, _) = entry {
                if let parts = StoreKeys.journalKey(key) { numbers.insert(parts.state) }
                entry = try cursor.next()
            }
        }
        return numbers
    }

    func numbersInTree() throws -> Set<StateID> {
        try reading { reader in
            var numbers: Set<StateID> = []
            let cursor = try reader.cursor(tree)
            var next = StateID(0)
            while true {
                let entry = try StoreKeys.withTreeKey(next, Slice(.min), 0) { try cursor.seek($0) }
                guard let entry else { return numbers }
                guard let found = StoreKeys.treeKey(entry.key)?.state, found >= next else {
                    throw StateError.damaged(path, "the tree's keys are not in order")
                }
                numbers.insert(found)
                guard found.value < .max else { return numbers }
                next = StateID(found.value + 1)
            }
        }
    }
}
