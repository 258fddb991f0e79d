/// State that is converted to the program's types, and not stored yet.
package struct PlannedMigration: Sendable {
    /// The manifest with the converted state.
    package let manifest: Manifest
    let deltas: [StateDelta]
    /// Whether there is anything to store.
    let isNeeded: Bool
}

extension CheckpointStore {
    /// Converts entries that older versions of value types wrote, where the types have a migration.
    ///
    /// Nothing is stored: a start that is refused for another reason leaves the folder as it was.
    package func planMigration(of manifest: Manifest, for operators: [StateDeclaration]) throws -> PlannedMigration {
        var changed = manifest
        var deltas: [StateDelta] = []
        try checkCoded(manifest, operators)
        let inUse = try numbersInUse().max() ?? StateID(0)
        for (index, entry) in manifest.states.enumerated() {
            guard let node = operators.first(where: { $0.operatorID == entry.operatorID }),
                let declared = node.states.first(where: { $0.name == entry.name }),
                declared.keySchema == entry.keySchema, declared.valueSchema != entry.valueSchema,
                let migration = node.migrations[entry.name], let convert = migration.conversion(entry.valueSchema)
            else { continue }
            let number = StateID(max(inUse.value, changed.states.map(\.id.value).max() ?? 0) + 1)
            changed.states[index].id = number
            changed.states[index].valueSchema = declared.valueSchema
            if let delta = try converted(entry, to: number, manifest.checkpoint, migration, convert) {
                deltas.append(delta)
            }
        }
        return PlannedMigration(manifest: changed, deltas: deltas, isNeeded: changed.states != manifest.states)
    }

    /// Stores converted state. All entries and the manifest are written in one transaction, so that a crash leaves
    /// either all or none of it.
    package func store(_ migration: PlannedMigration) throws {
        if migration.isNeeded { try commit(migration.manifest, migration.deltas, crash: .off) }
    }

    /// Checks that all stored values of a `CodableState` type whose fields have changed still decode.
    private func checkCoded(_ manifest: Manifest, _ operators: [StateDeclaration]) throws {
        for entry in manifest.states {
            guard let node = operators.first(where: { $0.operatorID == entry.operatorID }),
                let declared = node.states.first(where: { $0.name == entry.name }),
                declared.keySchema == entry.keySchema, declared.valueSchema == entry.valueSchema,
                let before = manifest.layouts(of: entry), let now = declared.layouts,
                let read = node.migrations[entry.name]?.read
            else { continue }
            let (old, new) = (Self.coded(before), Self.coded(now))
            guard old != new else { continue }
            let reader = try StateReader(store: self)
            defer { reader.release() }
            for slice in try reader.slices(entry.id) {
                try reader.visit(entry.id, slice, 0...UInt64.max) { _, _, value in
                    do { try read(&value) } catch {
                        let original = OperatorMatching.original(entry.operatorID)
                        throw StateError(
                            .mismatch,
                            "The state '\(original)/\(entry.name)' in \(path) does not decode any more: \(error). It was stored with the fields \(old.joined(separator: ", ")), which are now \(new.joined(separator: ", "))",
                            advice:
                                "Make new fields optional or decode them with a default, or raise the type's stateVersion and say with migration(from:) how the new values are made of the old; give the changed operator a new name and allow the loss with --drop-state \(original); or start over with --fresh"
                        )
                    }
                }
            }
        }
    }

    private static func coded(_ layouts: [String]) -> [String] {
        layouts.filter { $0.hasPrefix(StateLayout.coded) }.map { String($0.dropFirst(StateLayout.coded.count)) }
    }

    private func converted(
        _ entry: Manifest.StateEntry, to number: StateID, _ checkpoint: CheckpointNumber, _ migration: StateMigration,
        _ convert: StateMigration.Conversion
    ) throws -> StateDelta? {
        let reader = try StateReader(store: self)
        defer { reader.release() }
        var delta = DeltaBuilder(checkpoint, number, task: 0)
        for slice in try reader.slices(entry.id) {
            var segment = SegmentWriter(keyWidth: migration.keyWidth, valueWidth: migration.valueWidth)
            try reader.visit(entry.id, slice, 0...UInt64.max) { hash, remainder, value in
                let key = try remainder.readBytes(remainder.remaining)
                var new = ByteWriter()
                do { try convert(&value, &new) } catch {
                    throw StateError(
                        .mismatch,
                        "The state '\(entry.operatorID)/\(entry.name)' in \(path) cannot be migrated from \(entry.valueSchema): \(error)",
                        advice: "Fix the type's migration(from:), or start over with --fresh")
                }
                let bytes = new.bytes()
                segment.append(
                    hash: hash, key: { $0.write(key) },
                    value: { writer in bytes.withUnsafeBytes { writer.write($0) } })
                if segment.encodedSize >= DeltaBuilder.chunkSize { delta.add(slice, &segment) }
            }
            delta.add(slice, &segment)
        }
        return delta.finish()
    }
}
