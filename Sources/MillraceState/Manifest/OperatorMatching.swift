/// Which operator of a graph is which of the graph that a checkpoint was written by. Pure.
///
/// A named operator is known by its name. An unnamed one is known by what it is (kind, details, types of its state) and what
/// leads to it, up to a source or a named operator; never by its number among its like, which shifts when another is added.
/// Where two would fit, the start is refused.
package struct OperatorMatching {
    /// From the checkpoint's ids to the graph's.
    package private(set) var known: [String: String] = [:]

    /// Marks an id of the checkpoint that the graph does not have any more, where another operator has that id by now.
    private static let gone = " (before)"

    /// - Parameters:
    ///   - needed: ids under which the checkpoint keeps something.
    ///   - path: the state folder, for messages.
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

    /// Matches unnamed operators that are alone with their signature on both sides.
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
            // A stage's event time goes with its state (`matchHeads`).
            guard
                let doubtful = mine.first(where: { node in
                    needed.contains(node.id) && !(heads.contains(node.id) && node.kind != "source")
                })
            else { continue }
            throw StateError(
                .mismatch,
                "The graph has changed, and what \(path) keeps of '\(doubtful.id)' may belong to another operator: \(Self.list(mine.map(\.id))) of the checkpoint and \(Self.list(theirs.map(\.id))) of the graph are all \(signature)",
                advice:
                    "Name them, with .named(\"...\") behind each (name: for a source or sink); the one that goes on with '\(doubtful.id)' is named \"\(doubtful.id)\". Or start over with --fresh"
            )
        }
    }

    /// A stage goes on from the event time of the one that had its operators.
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

    /// An id of the checkpoint as the graph has it; one that it does not have keeps its own, marked where it would be taken
    /// for another.
    private func renamed(_ id: String, _ now: GraphDescription) -> String {
        if let new = known[id] { return new }
        return now.operators.contains { $0.id == id } ? id + Self.gone : id
    }

    /// An id as the checkpoint had it.
    package static func original(_ id: String) -> String {
        id.hasSuffix(gone) ? String(id.dropLast(gone.count)) : id
    }

    /// The checkpoint, with the graph's ids.
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
    /// Ids of operators of which something is kept.
    package var operatorIDs: Set<String> {
        Set(states.map(\.operatorID) + sources.map(\.operatorID) + outputs.map(\.operatorID))
    }
}
