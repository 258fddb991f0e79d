/// What a pipeline is declared with: streams start here, at `source`, and lead through operators to sinks.
///
/// Lives only while the closure given to `Pipeline` runs. What it has collected is then fixed for good.
public final class Graph {
    var operators: [OperatorNode] = []
    private var kindCounts: [String: Int] = [:]
    private var claims: [String: OperatorNode] = [:]
    /// What is wrong with the declaration; a run says it, and does not begin.
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

    /// Where an operator was given a name that another has by default, the other takes the next one that is free.
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

    /// Notes that a sink is the only one to write to `target`.
    @usableFromInline
    func claim(_ target: String, for node: OperatorNode) {
        if claims.updateValue(node, forKey: target) != nil {
            problems.append(
                GraphProblem(
                    "two sinks write to \(target), and would overwrite each other's files",
                    advice: "Give each a directory"))
        }
    }

    /// A stream that operators send records to which they do not pass on: late ones, rejected ones.
    ///
    /// ```swift
    /// let late = graph.sideOutput("late", of: Flight.self)
    /// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1)), late: late)...
    /// late.stream.sink(.jsonLines(directory: "out/late"))
    /// ```
    public func sideOutput<Record: Sendable>(_ name: String, of type: Record.Type = Record.self) -> SideOutput<Record> {
        let node = add(kind: "side output", inputs: [])
        node.name = name
        return SideOutput(Stream(graph: self, node: StreamNode(producer: node)))
    }

    /// Merges streams of one type: the result has the records of all, in the order in which they come.
    ///
    /// ```swift
    /// graph.merge(clicks, views).keyed(by: \.user)...
    /// ```
    public func merge<Record>(_ first: Stream<Record>, _ others: Stream<Record>...) -> Stream<Record> {
        first.merge(with: others)
    }
}
