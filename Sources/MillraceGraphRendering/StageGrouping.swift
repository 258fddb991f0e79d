import Millrace

/// The groups of operators that the drawing keeps together: those that run in the same stages.
///
/// An operator downstream of a merge runs in the tasks of all merged streams. It does not belong to one of their
/// stages, and gets its own background, which names all of them.
struct StageGrouping {
    /// Operators that run in the same stages.
    struct Group {
        /// The indices in the description's stages, ascending; empty for operators that are in no stage.
        var stages: [Int]
        /// The indices in the description's operators.
        var members: [Int]
        /// The band: 0 for groups without predecessors, and otherwise one more than that of the deepest predecessor.
        var band: Int
    }

    private(set) var groups: [Group] = []
    /// The group of each operator.
    private(set) var groupOfOperator: [Int] = []

    init(graph: GraphDescription, links: GraphLinks) {
        let runners = Self.runningStages(graph: graph, links: links)
        assign(runners)
        if !findBands(links: links) {
            // Records leave a stage and enter it again, so that it cannot be placed: no backgrounds are drawn. A built
            // pipeline has no such stage.
            groups = []
            assign(Array(repeating: [], count: graph.operators.count))
        }
    }

    /// Returns for each operator its own stage and the stages of the operators that call it.
    private static func runningStages(graph: GraphDescription, links: GraphLinks) -> [[Int]] {
        var runners = graph.operators.map { graph.stages.indices.contains($0.stage) ? Set([$0.stage]) : [] }
        for link in links.inOrder where graph.edges[link.edge].kind != .exchange {
            runners[link.to].formUnion(runners[link.from])
        }
        return runners.map { $0.sorted() }
    }

    private mutating func assign(_ runners: [[Int]]) {
        var known: [[Int]: Int] = [:]
        groupOfOperator = []
        for (position, stages) in runners.enumerated() {
            let group = known[stages] ?? groups.count
            if group == groups.count {
                known[stages] = group
                groups.append(Group(stages: stages, members: [], band: 0))
            }
            groups[group].members.append(position)
            groupOfOperator.append(group)
        }
    }

    /// Computes the bands as the longest paths between groups; returns `false` if there is a cycle.
    private mutating func findBands(links: GraphLinks) -> Bool {
        for _ in 0...groups.count {
            var changed = false
            for link in links.inOrder {
                let (from, to) = (groupOfOperator[link.from], groupOfOperator[link.to])
                guard from != to, groups[to].band <= groups[from].band else { continue }
                groups[to].band = groups[from].band + 1
                changed = true
            }
            if !changed { return true }
        }
        return false
    }
}
