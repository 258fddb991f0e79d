import Millrace

/// A description's edges by position instead of by id, with what layering needs: an order without circles.
struct GraphLinks {
    /// An edge between two operators that exist.
    struct Link {
        /// Position in the description's edges.
        var edge: Int
        /// Position in the description's operators.
        var from: Int
        /// Position in the description's operators.
        var to: Int
    }

    /// Edges sorted by the order of the operators that they leave, so that one pass visits what leads to an operator
    /// before what follows it.
    let inOrder: [Link]
    /// Edges that would close a circle: drawn, but not used for layering. A pipeline has none.
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

    /// Topological order, the description's order where there is a choice; in a circle, its first operator goes first.
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
