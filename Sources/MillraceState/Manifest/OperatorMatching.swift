/// Maps the operators of the graph that wrote a checkpoint to those of the present graph. Pure.
///
/// A named operator is identified by its name. An unnamed one is identified by its signature: its kind, details and
/// types of state, and those of the operators upstream, up to a source or a named operator. Its number among operators
/// of the same kind is not used, since it changes when another operator is added. If two operators match, the start is
/// rejected with an error.
package struct OperatorMatching {
    /// The graph's ids by the checkpoint's ids.
    package private(set) var known: [String: String] = [:]

    /// The suffix of an id of the checkpoint that the graph no longer has, if another operator has that id now.
    private static let gone = " (before)"

    /// Matches the operators of two graphs.
    ///
    /// - Parameters:
    ///   - needed: the ids under which the checkpoint stores something.
    ///   - path: the state folder, for messages.
    /// - Throws: `StateError` if more than one operator matches and the checkpoint stores something for it.
    package init(_ before: GraphDescription, _ now: GraphDescription, needed: Set<String>, path: String) throws {
        let (old, new) = (OperatorSignatures(before), OperatorSignatures(now))
        if old.isSame(as: new) {
            for node in now.operators { known[node.id] = node.id }
            return
        }
        for node in now.operators where node.isNamed {
            if before.operators.contains(where: { $0.id == node.id }) { known[node.id] = node.id }
        }
        for view in [\OperatorSignatures.exact, \.loose, \.moved] {
            try match(before, now, needed, path, old[keyPath: view], new[keyPath: view])
        }
        matchHeads(before, now)
    }

    /// Matches unnamed operators whose signature is unique in both graphs.
    private mutating func match(
        _ before: GraphDescription, _ now: GraphDescription, _ needed: Set<String>, _ path: String,
        _ old: [String: String], _ new: [String: String]
    ) throws {
        let taken = Set(known.values)
        let heads = Set(before.stages.map(\.name))
        let left = Dictionary(
            grouping: before.operators.filter { !$0.isNamed && known[$0.id] == nil }, by: { old[$0.id] ?? "" })
        let right = Dictionary(
            grouping: now.operators.filter { !$0.isNamed && !taken.contains($0.id) }, by: { new[$0.id] ?? "" })
        for (signature, mine) in left.sorted(by: { $0.key < $1.key }) {
            guard let theirs = right[signature] else { continue }
            if mine.count == 1, theirs.count == 1 {
                known[mine[0].id] = theirs[0].id
                continue
            }
            // A stage's watermark is matched with its operators (`matchHeads`).
            guard
                let doubtful = mine.first(where: { node in
                    needed.contains(node.id) && !(heads.contains(node.id) && node.kind != "source")
                })
            else { continue }
            throw StateError(
                .mismatch,
                "The graph has changed, and what \(path) keeps of '\(doubtful.id)' may belong to another operator: \(Self.list(mine.map(\.id))) of the checkpoint and \(Self.list(theirs.map(\.id))) of the graph are all \(signature)",
                advice:
                    "Name them, with .named(\"...\") after each (name: for a source or sink); the one that goes on with '\(doubtful.id)' is named \"\(doubtful.id)\". Or start over with --fresh"
            )
        }
    }

    /// Maps a stage's first operator to that of the stage that now has its operators, for the stage's watermark.
    private mutating func matchHeads(_ before: GraphDescription, _ now: GraphDescription) {
        for (index, stage) in before.stages.enumerated() {
            let places = Set(
                before.operators.filter { $0.stage == index && $0.id != stage.name }.compactMap { node in
                    known[node.id].flatMap { id in now.operators.first { $0.id == id }?.stage }
                })
            guard let head = before.operators.first(where: { $0.id == stage.name }), head.kind != "source",
                places.count == 1, let place = places.first, now.stages.indices.contains(place)
            else { continue }
            known[stage.name] = now.stages[place].name
        }
    }

    private static func list(_ ids: [String]) -> String { ids.map { "'\($0)'" }.joined(separator: " and ") }

    /// Returns the graph's id for an id of the checkpoint. An operator that the graph no longer has keeps its id, with
    /// a suffix if another operator has that id now.
    private func renamed(_ id: String, _ now: GraphDescription) -> String {
        if let new = known[id] { return new }
        return now.operators.contains { $0.id == id } ? id + Self.gone : id
    }

    /// Returns the id as it is in the checkpoint.
    package static func original(_ id: String) -> String {
        id.hasSuffix(gone) ? String(id.dropLast(gone.count)) : id
    }

    /// Returns the checkpoint with the graph's ids.
    package func renaming(_ manifest: Manifest, for now: GraphDescription) -> Manifest {
        func renamed(_ id: String) -> String { self.renamed(id, now) }
        var changed = manifest
        for index in changed.states.indices {
            changed.states[index].operatorID = renamed(changed.states[index].operatorID)
        }
        for index in changed.sources.indices {
            changed.sources[index].operatorID = renamed(changed.sources[index].operatorID)
        }
        for index in changed.outputs.indices {
            changed.outputs[index].operatorID = renamed(changed.outputs[index].operatorID)
        }
        changed.stageWatermarks = Self.rekeyed(manifest.stageWatermarks, renamed)
        changed.taskWatermarks = manifest.taskWatermarks.map { Self.rekeyed($0, renamed) }
        for index in changed.graph.operators.indices {
            changed.graph.operators[index].id = renamed(changed.graph.operators[index].id)
        }
        for index in changed.graph.edges.indices {
            changed.graph.edges[index].from = renamed(changed.graph.edges[index].from)
            changed.graph.edges[index].to = renamed(changed.graph.edges[index].to)
        }
        for index in changed.graph.stages.indices {
            changed.graph.stages[index].name = renamed(changed.graph.stages[index].name)
        }
        return changed
    }

    private static func rekeyed<Value>(_ values: [String: Value], _ renamed: (String) -> String) -> [String: Value] {
        var found: [String: Value] = [:]
        for (id, value) in values { found[renamed(id)] = value }
        return found
    }
}

extension Manifest {
    /// The ids of the operators that the checkpoint stores something for.
    package var operatorIDs: Set<String> {
        Set(states.map(\.operatorID) + sources.map(\.operatorID) + outputs.map(\.operatorID))
    }
}
