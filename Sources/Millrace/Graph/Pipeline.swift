/// A stream-processing program: a graph of operators, ready to be run.
///
/// ```swift
/// let pipeline = Pipeline("word-count") { graph in
///     graph.source(.lines(in: "texts"))
///         .flatMap { $0.split(separator: " ").map(String.init) }
///         .keyed { $0 }
///         .fold(into: 0) { count, _ in count += 1 }
///         .named("counts")
///         .sink(.print())
/// }
/// try await pipeline.run(checkpoints: .init(directory: "state"))
/// ```
///
/// The graph is declared once, when the pipeline is made; a pipeline can be run any number of times, one after the
/// other. Guarantee: with checkpoints, state and the output of transactional sinks are as if every record had been
/// worked on exactly once, whenever and however often the process is killed.
public struct Pipeline: Sendable {
    /// The pipeline's name; state folders belong to a name.
    public let name: String
    let plan: LogicalPlan

    /// Declares a pipeline. What is wrong with the declaration (no source, two operators of one name) is thrown by `run`, as
    /// a `ConfigurationError`.
    public init(_ name: String, _ declare: (Graph) throws -> Void) rethrows {
        let graph = Graph()
        try declare(graph)
        graph.makeDefaultNamesDiffer()
        self.name = name
        plan = LogicalPlan(
            name: name, operators: graph.operators,
            problems: graph.problems + GraphProblem.all(of: graph.operators, in: name))
    }

    /// The operator graph as data; see `GraphFormat` for printing it.
    public func graph(parallelism: Parallelism = .perPartition) -> GraphDescription {
        plan.describe(parallelism)
    }

    /// Runs the pipeline to the end of its sources, or until it is stopped; see `run(_:stop:)`.
    ///
    /// - Parameters:
    ///   - checkpoints: where and how often state is stored; without, a restart begins from the beginning.
    ///   - parallelism: tasks of each keyed stage.
    @discardableResult
    public func run(
        checkpoints: CheckpointOptions? = nil, parallelism: Parallelism = .perPartition
    ) async throws -> PipelineStatus {
        var options = RunOptions(checkpoints: checkpoints)
        options.parallelism = parallelism
        return try await run(options)
    }
}
