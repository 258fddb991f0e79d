/// A declared graph prepared for a run: its stages, their connections, and the order in which operators are notified.
///
/// `@unchecked Sendable`: never changed after `init`; the operators it holds are not written any more.
final class LogicalPlan: @unchecked Sendable {
    /// A stage: the operator that heads it, and the stages that send to it.
    struct Stage {
        let head: OperatorNode
        /// The stages with a task that sends to this one, in plan order; empty for sources.
        let feeders: [Int]
    }

    let name: String
    let operators: [OperatorNode]
    let stages: [Stage]
    /// The position of each operator in a topological order.
    let order: [Int]
    private let stageOfHead: [Int: Int]
    /// The problems because of which it cannot be run.
    let problems: [GraphProblem]

    init(name: String, operators: [OperatorNode], problems: [GraphProblem] = []) {
        self.name = name
        self.problems = problems
        self.operators = operators
        order = Self.topologicalOrder(operators)
        var headsOf: [Int: Set<Int>] = [:]
        for node in operators.sorted(by: { [order] in order[$0.index] < order[$1.index] }) {
            if node.role.isStageHead {
                headsOf[node.index] = [node.index]
            } else {
                headsOf[node.index] = node.inputs.reduce(into: []) { $0.formUnion(headsOf[$1.from.index] ?? []) }
            }
        }
        let heads = operators.filter(\.role.isStageHead).sorted { [order] in order[$0.index] < order[$1.index] }
        var stageOfHead: [Int: Int] = [:]
        for (stage, head) in heads.enumerated() { stageOfHead[head.index] = stage }
        stages = heads.map { head in
            let feeders = head.inputs.reduce(into: Set<Int>()) { $0.formUnion(headsOf[$1.from.index] ?? []) }
            return Stage(head: head, feeders: feeders.compactMap { stageOfHead[$0] }.sorted())
        }
        self.stageOfHead = stageOfHead
        headStages = headsOf.mapValues { heads in heads.compactMap { stageOfHead[$0] }.sorted() }
    }

    private let headStages: [Int: [Int]]

    /// Whether a source keeps its positions itself.
    var keepsPositions: Bool { stages.contains { $0.head.source?.access.keepsPositions ?? false } }

    /// Whether a source's partitions may be added while it runs.
    var isOpenEnded: Bool { stages.contains { $0.head.source?.access.isOpenEnded ?? false } }

    /// Whether there are windows, timers, joins or patterns, which event time triggers.
    var waitsForEventTime: Bool {
        operators.contains { !$0.states.isEmpty && !$0.ignoresEventTime }
    }

    /// The source that is shared with other processes.
    var sharedSource: OperatorNode? { stages.first { $0.head.source?.access.isShared ?? false }?.head }

    /// The outputs that sinks share, each once.
    var sharedOutputs: [any SharedOutput] {
        operators.compactMap { $0.sink?.sharedOutput }.reduce(into: []) { found, output in
            if !found.contains(where: { $0 === output }) { found.append(output) }
        }
    }

    /// The stages in whose tasks an operator runs.
    func stages(of node: OperatorNode) -> [Int] { headStages[node.index] ?? [] }

    /// The stage that an operator heads.
    func stage(of node: OperatorNode) -> Int { stageOfHead[node.index] ?? 0 }

    /// Whether a stage's records go to `node` alone, through operators that keep no records and emit at most one for
    /// each. A position then depends only on the records that `node` has not finished, and each of these has a position
    /// of its own.
    func isOnlyConsumer(_ node: OperatorNode, ofStage stage: Int) -> Bool {
        var current = stages[stage].head
        while current !== node {
            let consumers = operators.filter { $0.inputs.contains { $0.from === current } }
            guard consumers.count == 1, let next = consumers.first, !next.role.isStageHead,
                next === node || next.flow == .atMostOne
            else { return false }
            current = next
        }
        return current !== stages[stage].head
    }

    /// Returns the description of the graph.
    func describe(_ parallelism: Parallelism) -> GraphDescription {
        let ordered = operators.sorted { order[$0.index] < order[$1.index] }
        return GraphDescription(
            pipeline: name,
            operators: ordered.map { node in
                GraphDescription.Operator(
                    id: node.id, kind: node.kind, detail: node.detail, stage: headStages[node.index]?.first ?? 0,
                    states: node.states, isNamed: node.name != nil, ancestry: node.ancestry,
                    meaning: node.meaning)
            },
            edges: ordered.flatMap { node in
                node.inputs.map {
                    GraphDescription.Edge(from: $0.from.id, to: node.id, record: $0.record, kind: $0.kind)
                }
            },
            stages: stages.map { stage in
                GraphDescription.Stage(
                    name: stage.head.id,
                    tasks: stage.head.source != nil ? "one per partition" : parallelism.description)
            })
    }

    private static func topologicalOrder(_ operators: [OperatorNode]) -> [Int] {
        var order = [Int](repeating: -1, count: operators.count)
        var next = 0
        func visit(_ node: OperatorNode) {
            guard order[node.index] < 0 else { return }
            order[node.index] = Int.max
            for input in node.inputs { visit(input.from) }
            order[node.index] = next
            next += 1
        }
        for node in operators { visit(node) }
        return order
    }
}

/// The number of tasks of a keyed stage.
///
/// ```swift
/// try await pipeline.run(checkpoints: .init(directory: "state"), parallelism: .tasks(8))
/// ```
public enum Parallelism: Sendable, Hashable, CustomStringConvertible {
    /// As many as there are source tasks, up to the number of processors.
    case perPartition
    /// A fixed number, from 1 to 4,096. At most ``RunOptions/keyGroups`` tasks are created.
    case tasks(Int)

    public var description: String {
        switch self {
        case .perPartition: "as many as partitions"
        case .tasks(let count): "\(count)"
        }
    }
}
