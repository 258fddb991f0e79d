@testable import Millrace
@testable import MillraceState

/// Graphs with forks, merges, exchanges and side outputs anywhere a pipeline could have them; the same seed gives the
/// same graph.
struct RandomGraph {
    private(set) var graph: GraphDescription
    private var generator: SplitMix64

    init(seed: UInt64, operators: Int) {
        graph = GraphDescription(pipeline: "random \(seed)", operators: [], edges: [], stages: [])
        generator = SplitMix64(state: seed)
        for index in 0..<operators { add("operator-\(index)") }
    }

    private mutating func add(_ id: String) {
        let inputs = index(below: 4) == 0 ? 2 : 1
        let sources = Set((0..<inputs).map { _ in index(below: graph.operators.count) }.filter { $0 >= 0 }).sorted()
        let isSource = sources.isEmpty || index(below: 8) == 0
        let kind = [GraphDescription.Edge.Kind.forward, .forward, .exchange, .side][index(below: 4)]
        let startsStage = isSource || kind == .exchange
        if startsStage { graph.stages.append(GraphDescription.Stage(name: id, tasks: "\(index(below: 5) + 1)")) }
        let states = kind == .exchange ? [SampleGraphs.state("state of \(id)")] : []
        let detail = String(repeating: "detail ", count: index(below: 9))
        let stage = startsStage ? graph.stages.count - 1 : graph.operators[sources[0]].stage
        graph.operators.append(SampleGraphs.operation(id, "map", detail, stage: stage, states: states))
        guard !isSource else { return }
        for source in sources {
            graph.edges.append(SampleGraphs.edge(graph.operators[source].id, id, "Record", kind))
        }
    }

    /// -1 if there is none.
    private mutating func index(below bound: Int) -> Int {
        bound == 0 ? -1 : Int.random(in: 0..<bound, using: &generator)
    }

    /// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    private struct SplitMix64: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
