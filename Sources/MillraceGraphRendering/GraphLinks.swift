import Millrace

/// The edges of a description by index instead of by id, in the topological order that layering needs.
struct GraphLinks {
    /// An edge between two existing operators.
    struct Link {
        /// The index in the description's edges.
        var edge: Int
        /// The index in the description's operators.
        var from: Int
        /// The index in the description's operators.
        var to: Int
    }

    /// The edges in topological order of their source operators, so that one pass visits the edges to an operator
    /// before the edges from it.
    let inOrder: [Link]
    /// The edges that would close a cycle: drawn, but not used for layering. A pipeline has none.
    let backward: [Link]

    init(graph: GraphDescription) {
        let positions = Dictionary(
            graph.operators.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let links = graph.edges.enumerated().compactMap { index, edge -> Link? in
            guard let from = positions[edge.from], let to = positions[edge.to] else { return nil }
            return Link(edge: index, from: from, to: to)
        }
        let rank = Self.ranks(count: graph.operators.count, links: links)
        inOrder = links.filter { rank[$0.from] < rank[$0.to] }
            .sorted { (rank[$0.from], $0.edge) < (rank[$1.from], $1.edge) }
        backward = links.filter { rank[$0.from] >= rank[$0.to] }
    }

    /// Returns the topological order, with the description's order as the tie-breaker. A cycle begins with the operator
    /// that is first in the description.
    private static func ranks(count: Int, links: [Link]) -> [Int] {
        var waiting = Array(repeating: 0, count: count)
        for link in links { waiting[link.to] += 1 }
        let outgoing = Dictionary(grouping: links, by: \.from)
        var rank = Array(repeating: -1, count: count)
        for next in 0..<count {
            let open = (0..<count).filter { rank[$0] < 0 }
            guard let chosen = open.first(where: { waiting[$0] == 0 }) ?? open.first else { break }
            rank[chosen] = next
            for link in outgoing[chosen] ?? [] { waiting[link.to] -= 1 }
        }
        return rank
    }
}
