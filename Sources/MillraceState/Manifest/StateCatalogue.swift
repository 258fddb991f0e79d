/// The numbers of the keyed states in a folder. Compares what the folder holds with what the graph declares.
package struct StateCatalogue: Sendable {
    private struct Name: Hashable {
        let operatorID: String
        let name: String
    }

    private var entries: [Name: Manifest.StateEntry] = [:]

    /// All keyed states.
    package var all: [Manifest.StateEntry] { entries.values.sorted { $0.id < $1.id } }

    package subscript(operatorID: String, name: String) -> Manifest.StateEntry? {
        entries[Name(operatorID: operatorID, name: name)]
    }

    /// Assigns numbers to the graph's keyed states, taking over those of `restored`.
    ///
    /// - Parameter inUse: the numbers that anything is stored under, including dropped states. New states get other
    ///   numbers.
    /// - Throws: `StateError` if state would be lost or misread.
    package init(
        graph: GraphDescription, restored: Manifest?, inUse: Set<StateID>, allowNonRestoredState: Set<String>,
        path: String
    ) throws {
        var next = (inUse.max()?.value ?? 0) + 1
        if let restored {
            guard restored.pipeline == graph.pipeline else {
                throw StateError(
                    .mismatch,
                    "The state folder \(path) belongs to pipeline '\(restored.pipeline)', not to '\(graph.pipeline)'",
                    advice: "Name another folder with --state, or start over with --fresh")
            }
            next = max(next, (restored.states.map(\.id.value).max() ?? 0) + 1)
            try Self.compare(restored, graph, allowNonRestoredState, path)
        }
        for node in graph.operators {
            for state in node.states {
                let known = restored?.states.first { $0.operatorID == node.id && $0.name == state.name }
                entries[Name(operatorID: node.id, name: state.name)] =
                    known
                    ?? Manifest.StateEntry(
                        id: StateID(next), operatorID: node.id, name: state.name, keySchema: state.keySchema,
                        valueSchema: state.valueSchema, entries: 0)
                if known == nil { next += 1 }
            }
        }
    }

    private static func compare(
        _ restored: Manifest, _ graph: GraphDescription, _ allowNonRestoredState: Set<String>, _ path: String
    ) throws {
        for state in restored.states {
            let original = OperatorMatching.original(state.operatorID)
            let title = "\(original)/\(state.name)"
            let node = graph.operators.first { $0.id == state.operatorID }
            guard let node, let declared = node.states.first(where: { $0.name == state.name }) else {
                if allowNonRestoredState.contains(title) || allowNonRestoredState.contains(original) { continue }
                let others = graph.operators.filter { !$0.states.isEmpty }.map(\.id).joined(separator: ", ")
                throw StateError(
                    .mismatch,
                    "The state '\(title)' in \(path) would be lost: the graph has no operator of that name, and none of the same kind with the same inputs (operators with state: \(others.isEmpty ? "none" : others))",
                    advice:
                        "Give the operator its old name with .named(\"\(original)\"), allow the loss with --drop-state \(original), or start over with --fresh"
                )
            }
            // Checkpoints of the first versions have no `meaning`.
            let before = restored.graph.operators.first { $0.id == state.operatorID }?.meaning
            guard before == nil || before == node.meaning else {
                throw StateError(
                    .mismatch,
                    "The state '\(title)' in \(path) would be misread: it was stored for \(before ?? ""), the graph declares \(node.meaning ?? "something else")",
                    advice:
                        "Go back to what it was stored with, give the changed operator a new name and allow the loss with --drop-state \(original), or start over with --fresh"
                )
            }
            guard declared.keySchema == state.keySchema, declared.valueSchema == state.valueSchema else {
                throw StateError(
                    .mismatch,
                    "The state '\(title)' in \(path) would be misread: it was stored as \(state.keySchema) -> \(state.valueSchema), the graph declares \(declared.keySchema) -> \(declared.valueSchema)",
                    advice:
                        "Go back to the types it was stored with, say how the new one is made of the old (StateValue.migration(from:)), give the changed operator a new name and allow the loss with --drop-state \(original), or start over with --fresh"
                )
            }
            try compareBits(restored, state, declared, title, path)
        }
    }

    /// Compares the memory layout of `BitwiseState` types.
    private static func compareBits(
        _ restored: Manifest, _ state: Manifest.StateEntry, _ declared: GraphDescription.State, _ title: String,
        _ path: String
    ) throws {
        guard let before = restored.layouts(of: state), let now = declared.layouts else { return }
        let (old, new) = (bits(before), bits(now))
        guard old != new else { return }
        throw StateError(
            .mismatch,
            "The state '\(title)' in \(path) would be misread: it was stored with the memory layout \(old.joined(separator: ", ")), the type now has \(new.joined(separator: ", "))",
            advice:
                "Go back to the fields it was stored with, or raise the type's stateVersion and say with migration(from:) how the new values are made of the old; give the changed operator a new name and allow the loss with --drop-state \(OperatorMatching.original(state.operatorID)); or start over with --fresh"
        )
    }

    private static func bits(_ layouts: [String]) -> [String] {
        layouts.filter { $0.hasPrefix(StateLayout.bits) }.map { String($0.dropFirst(StateLayout.bits.count)) }
    }
}

extension Manifest {
    /// Returns the layouts of a state's types at the time when it was stored.
    package func layouts(of state: StateEntry) -> [String]? {
        graph.operators.first { $0.id == state.operatorID }?.states.first { $0.name == state.name }?.layouts
    }
}
