import Testing

@testable import MillraceState

/// Graphs that were stored before operators and settings got other names are the same graphs.
@Suite struct FormerNameTests {
    static func graph(_ kind: String, _ acknowledgement: String) -> GraphDescription {
        func node(_ id: String, _ kind: String, _ detail: String, _ states: [GraphDescription.State] = [])
            -> GraphDescription.Operator
        {
            GraphDescription.Operator(
                id: id, kind: kind, detail: detail, stage: 0, states: states, isNamed: false, ancestry: "",
                meaning: nil)
        }
        let value = GraphDescription.State(name: "value", keySchema: "Int", valueSchema: "Int")
        let nodes = [
            node("source-1", "source", "memory"), node("\(kind)-1", kind, "64 at once, in order"),
            node("batches-1", "batches", "of 5 within 1 s, 1 in flight, \(acknowledgement)"),
            node("fold-1", "fold", "", [value]),
        ]
        return GraphDescription(
            pipeline: "p", operators: nodes,
            edges: zip(nodes, nodes.dropFirst()).map {
                GraphDescription.Edge(from: $0.id, to: $1.id, record: "Int", kind: .forward)
            }, stages: [])
    }

    @Test(arguments: [("bestEffort", "perRecord"), ("lastSuccessful", "upToFirstFailure")])
    func areMatched(former: String, present: String) {
        let stored = OperatorSignatures(Self.graph("lookup", former))
        #expect(stored.isSame(as: OperatorSignatures(Self.graph("async map", present))))
        #expect(!stored.isSame(as: OperatorSignatures(Self.graph("async map", "allOrNothing"))))
        #expect(!stored.isSame(as: OperatorSignatures(Self.graph("map", present))))
    }
}
