/// The signatures of a graph's operators: what each is and what is upstream of it, without generated numbers.
struct OperatorSignatures {
    /// Signatures with the types of state.
    let exact: [String: String]
    /// Signatures without the types of values, which a migration may change.
    let loose: [String: String]
    /// Signatures also without the locations of sources and sinks, which may have moved.
    let moved: [String: String]
    private let sequence: [String]

    init(_ graph: GraphDescription) {
        exact = Self.signatures(graph) { "\($0.name) \($0.keySchema) -> \($0.valueSchema)" }
        loose = Self.signatures(graph) { "\($0.name) \($0.keySchema)" }
        moved = Self.signatures(graph, hasPlaces: false) { "\($0.name) \($0.keySchema)" }
        sequence = graph.operators.map { [exact] node in
            "\(node.isNamed ? "named \(node.id)" : "unnamed \(Self.defaultName(node))") \(exact[node.id] ?? "")"
        }
    }

    /// Whether both graphs have the same operators in the same order.
    func isSame(as other: OperatorSignatures) -> Bool { sequence == other.sequence }

    /// Present names of kinds by the names that earlier versions stored.
    private static let formerKinds = ["lookup": "async map"]
    private static let formerAcknowledgements = ["bestEffort": "perRecord", "lastSuccessful": "upToFirstFailure"]

    /// Returns the id of an unnamed operator with the present name of its kind.
    private static func defaultName(_ node: GraphDescription.Operator) -> String {
        guard let kind = formerKinds[node.kind], node.id.hasPrefix(node.kind) else { return node.id }
        return kind + node.id.dropFirst(node.kind.count)
    }

    private static func signatures(
        _ graph: GraphDescription, hasPlaces: Bool = true, _ state: (GraphDescription.State) -> String
    ) -> [String: String] {
        var inputs: [String: [String]] = [:]
        for edge in graph.edges where edge.kind != .side { inputs[edge.to, default: []].append(edge.from) }
        var found: [String: String] = [:]
        // Operators come after those that feed them.
        for node in graph.operators {
            let upstream = (inputs[node.id] ?? []).map { id -> String in
                let isNamed = graph.operators.first { $0.id == id }?.isNamed ?? false
                return isNamed ? "'\(id)'" : found[id] ?? "?"
            }.sorted()
            let states = node.states.map(state).joined(separator: ", ")
            var detail = hasPlaces || !["source", "sink"].contains(node.kind) ? node.detail : ""
            if node.kind == "batches" {
                for (former, word) in Self.formerAcknowledgements where detail.hasSuffix(former) {
                    detail = detail.dropLast(former.count) + word
                }
            }
            let kind = Self.formerKinds[node.kind] ?? node.kind
            let own = "\(kind)\(detail.isEmpty ? "" : " \(detail)")\(states.isEmpty ? "" : " (\(states))")"
            found[node.id] = upstream.isEmpty ? own : upstream.joined(separator: " + ") + " > " + own
        }
        return found
    }
}
