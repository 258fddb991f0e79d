import MillraceLMDB

extension CheckpointStore {
    /// The size, in bytes, beyond which a file is opened without computing its sum: reading all of it would make a
    /// start too slow.
    private static let largestChecked = 4 << 30

    /// Applies the changes of a transaction to the stored seal.
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

    /// Computes the seal of the stored entries and compares it with the stored seal. Writes the seal if the folder is
    /// of a version without one.
    func checkSeal(isSealed: Bool) throws {
        if isSealed {
            guard environment.usedBytes <= Self.largestChecked else { return }
            let (found, stored) = try reading { reader in
                (try addUp { try reader.cursor($0) }, try storedSeal { try reader.cursor($0) })
            }
            guard found != stored ?? Seal.Value() else { return }
            throw StateError.damaged(
                path,
                "its contents are not what was written last (\(found.count) entries found, \((stored ?? Seal.Value()).count) written): some pages are outdated, or belong to another file"
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
