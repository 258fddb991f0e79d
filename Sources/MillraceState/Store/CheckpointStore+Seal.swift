import MillraceLMDB

extension CheckpointStore {
    /// Files beyond this are opened without adding everything up: reading them whole would take longer than a start
    /// should.
    private static let largestChecked = 4 << 30

    /// Changes the stored seal as a transaction has changed the entries.
    package func store(_ change: Seal.Value, _ transaction: borrowing WriteTransaction) throws {
        guard change != Seal.Value() else { return }
        var value = Seal.Value()
        try StoreKeys.withSealKey { key in
            if let stored = try transaction.value(key, in: seals) {
                guard let known = Seal.Value(stored) else { throw StateError.damaged(path, "the seal is damaged") }
                value = known
            }
            value.sum &+= change.sum
            value.count &+= change.count
            try value.withBytes { try transaction.put(key, $0, in: seals) }
        }
    }

    /// Adds up what there is, and compares it with the seal; writes the seal if the folder is of a version that had none.
    func checkSeal(isSealed: Bool) throws {
        if isSealed {
            guard environment.usedBytes <= Self.largestChecked else { return }
            let (found, stored) = try reading { reader in
                (try addUp { try reader.cursor($0) }, try storedSeal { try reader.cursor($0) })
            }
            guard found != stored ?? Seal.Value() else { return }
            throw StateError.damaged(
                path,
                "it does not hold what was written to it last (\(found.count) entries, \((stored ?? Seal.Value()).count) were written): pages of it are old, or belong elsewhere"
            )
        }
        try writingUnsealed { transaction in
            let found = try addUp { try transaction.cursor($0) }
            try StoreKeys.withSealKey { key in try found.withBytes { try transaction.put(key, $0, in: seals) } }
        }
    }

    private func addUp(_ cursor: (Database) throws -> Cursor) throws -> Seal.Value {
        var value = Seal.Value()
        for database in [journal, tree, manifests] {
            let cursor = try cursor(database)
            var entry = try cursor.first()
            while let (key, bytes) = entry {
                value.add(key, bytes)
                entry = try cursor.next()
            }
        }
        return value
    }

    private func storedSeal(_ cursor: (Database) throws -> Cursor) throws -> Seal.Value? {
        let cursor = try cursor(seals)
        guard let (_, bytes) = try cursor.first() else { return nil }
        guard let value = Seal.Value(bytes) else { throw StateError.damaged(path, "the seal is damaged") }
        return value
    }
}
