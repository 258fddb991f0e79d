/// The operator graph of a pipeline while it is being declared.
///
/// Streams start at `source(_:)`, pass through operators and end in sinks. A graph exists only while the closure passed
/// to ``Pipeline/init(_:_:)`` runs; after that the declaration cannot be changed.
///
/// ```swift
/// let pipeline = Pipeline("visits") { graph in
///     let web = graph.source(.jsonLines(in: "web", decoding: Click.self))
///     let app = graph.source(.jsonLines(in: "app", decoding: Click.self))
///     graph.merge(web, app)
///         .keyed(by: \.user)
///         .fold(into: 0) { count, _ in count += 1 }
///         .sink(.print())
/// }
/// ```
public final class Graph {
    var operators: [OperatorNode] = []
    private var kindCounts: [String: Int] = [:]
    private var claims: [String: OperatorNode] = [:]
    /// Errors in the declaration; `run` throws them before the pipeline starts.
    private(set) var problems: [GraphProblem] = []

    init() {}

    /// Adds an operator.
    @usableFromInline
    func add(
        kind: String, detail: String = "", inputs: [OperatorInput], flow: RecordFlow = .kept
    ) -> OperatorNode {
        let number = kindCounts[kind, default: 0] + 1
        kindCounts[kind] = number
        let node = OperatorNode(
            index: operators.count, kind: kind, detail: detail, defaultName: "\(kind)-\(number)", inputs: inputs,
            flow: flow)
        operators.append(node)
        return node
    }

    /// Changes default names that collide with explicit names to the next free number.
    func makeDefaultNamesDiffer() {
        var taken = Set(operators.compactMap(\.name))
        for node in operators where node.name == nil {
            var number = 1
            while taken.contains(node.defaultName) {
                node.defaultName = "\(node.kind)-\(number)"
                number += 1
            }
            taken.insert(node.defaultName)
        }
    }

    /// Records that a sink writes to `target`, which no other sink may do.
    @usableFromInline
    func claim(_ target: String, for node: OperatorNode) {
        if claims.updateValue(node, forKey: target) != nil {
            problems.append(
                GraphProblem(
                    "two sinks write to \(target), and would overwrite each other's files",
                    advice: "Give each a directory"))
        }
    }

    /// Declares a side output: a stream that receives the records an operator diverts, such as late or rejected ones.
    ///
    /// ```swift
    /// let late = graph.sideOutput("late", of: Flight.self)
    /// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1)), late: late)...
    /// late.stream.sink(.jsonLines(directory: "out/late"))
    /// ```
    ///
    /// - Parameters:
    ///   - name: the operator name of the side output, unique within the pipeline.
    ///   - type: the type of its records.
    /// - Returns: a side output to pass to operators; its records are in ``SideOutput/stream``.
    public func sideOutput<Record: Sendable>(_ name: String, of type: Record.Type = Record.self) -> SideOutput<Record> {
        let node = add(kind: "side output", inputs: [])
        node.name = name
        return SideOutput(Stream(graph: self, node: StreamNode(producer: node)))
    }

    /// Merges streams of the same type into one stream with the records of all of them.
    ///
    /// Records of each input keep their order; records of different inputs are interleaved in the order of arrival.
    ///
    /// ```swift
    /// graph.merge(clicks, views).keyed(by: \.user)...
    /// ```
    public func merge<Record>(_ first: Stream<Record>, _ others: Stream<Record>...) -> Stream<Record> {
        first.merge(with: others)
    }
}
