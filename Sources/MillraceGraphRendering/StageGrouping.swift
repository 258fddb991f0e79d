import Millrace

/// Which operators the drawing keeps together: those that run in the same stages.
///
/// An operator behind a merge runs in each of the merged streams' tasks, so it belongs to none of their stages alone and
/// gets a background of its own that names them all.
struct StageGrouping {
    /// Operators that run in the same stages.
    struct Group {
        /// Indices into the description's stages, ascending; empty for operators that are in no stage.
        var stages: [Int]
        /// Positions in the description's operators.
        var members: [Int]
        /// 0 for groups that nothing leads to, else one more than the deepest group that leads here.
        var band: Int
    }

    private(set) var groups: [Group] = []
    /// The group of each operator.
    private(set) var groupOfOperator: [Int] = []

    init(graph: GraphDescription, links: GraphLinks) {
        let runners = Self.runningStages(graph: graph, links: links)
        assign(runners)
        if !findBands(links: links) {
            // Records leave a stage and enter it again, so it has no place of its own: draw no backgrounds. A pipeline
            // that was built has no such stage.
            groups = []
            assign(Array(repeating: [], count: graph.operators.count))
        }
    }

    /// For each operator its own stage and those of the operators that call it.
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

    /// Longest path between groups; false if there is a circle.
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
