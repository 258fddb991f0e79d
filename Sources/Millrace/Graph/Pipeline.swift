/// A stream-processing program: a graph of operators from sources to sinks.
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
/// The graph is declared once, when the pipeline is created. A pipeline can be run any number of times, one run after
/// another.
///
/// With checkpoints, each record affects state and the output of transactional sinks exactly once, no matter when and
/// how often the process is killed.
public struct Pipeline: Sendable {
    /// The name of the pipeline. A state folder can be used only by the pipeline whose name it was created with.
    public let name: String
    let plan: LogicalPlan

    /// Creates a pipeline and declares its graph.
    ///
    /// Errors in the declaration, such as a missing source or two operators with the same name, are not thrown here:
    /// `run` throws them as a ``ConfigurationError``.
    ///
    /// - Parameters:
    ///   - name: the name of the pipeline; must not be empty.
    ///   - declare: a closure that adds sources, operators and sinks to the graph. It is called once, before the
    ///     initializer returns.
    /// - Throws: the error that `declare` throws.
    public init(_ name: String, _ declare: (Graph) throws -> Void) rethrows {
        let graph = Graph()
        try declare(graph)
        graph.makeDefaultNamesDiffer()
        self.name = name
        plan = LogicalPlan(
            name: name, operators: graph.operators,
            problems: graph.problems + GraphProblem.all(of: graph.operators, in: name))
    }

    /// Returns a description of the operator graph; `GraphFormat` in the module `MillraceGraphRendering` draws it.
    ///
    /// - Parameter parallelism: the number of tasks of each keyed stage, as it is to be shown.
    public func graph(parallelism: Parallelism = .perPartition) -> GraphDescription {
        plan.describe(parallelism)
    }

    /// Runs the pipeline until its sources end or it is stopped.
    ///
    /// See ``run(_:stop:)`` for stopping, the errors thrown, and further options.
    ///
    /// - Parameters:
    ///   - checkpoints: where and how often state is stored. Default: no checkpoints; a restart begins at the start of
    ///     the input.
    ///   - parallelism: the number of tasks of each keyed stage. Default: as many as there are source partitions, but
    ///     not more than processors.
    /// - Returns: the status at the end of the run.
    @discardableResult
    public func run(
        checkpoints: CheckpointOptions? = nil, parallelism: Parallelism = .perPartition
    ) async throws -> PipelineStatus {
        var options = RunOptions(checkpoints: checkpoints)
        options.parallelism = parallelism
        return try await run(options)
    }
}
