/// A pipeline's operator graph as data, for printing, drawing, and comparing it with the graph that wrote a state
/// folder.
///
/// ```swift
/// for node in pipeline.graph().operators where !node.states.isEmpty && !node.isNamed {
///     print("\(node.id) (\(node.kind)) has state: give it a name with .named")
/// }
/// ```
public struct GraphDescription: Sendable, Hashable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// The operators, each after those that feed it.
    public var operators: [Operator]
    /// The streams between operators.
    public var edges: [Edge]
    /// The stages, in the order in which records pass through them.
    public var stages: [Stage]

    package init(
        pipeline: String, operators: [Operator], edges: [Edge], stages: [Stage]
    ) {
        self.pipeline = pipeline
        self.operators = operators
        self.edges = edges
        self.stages = stages
    }

    /// An operator of the graph.
    public struct Operator: Sendable, Hashable, Codable {
        /// The operator's id, which is unique in the pipeline: the name given by `.named`, or its kind and number such
        /// as `map-2`.
        public var id: String
        /// The kind of the operator: `source`, `map`, `tumbling window`, `sink`, ...
        public var kind: String
        /// Details of the operator, such as `CSV files in flights` or `1 h, lateness 1 h`; may be empty.
        public var detail: String
        /// The index of the operator's stage in `stages`. For an operator that several stages run, after a merge, it is
        /// the first of them.
        public var stage: Int
        /// The operator's keyed states.
        public var states: [State]
        /// Whether `id` is a name given by the user.
        public var isNamed: Bool
        /// The kinds of the operators upstream, from the source on.
        public var ancestry: String
        /// What determines the meaning of the operator's stored state besides its types, such as a window's length or
        /// an aggregate's parameters. It is compared at start; `nil` if there is nothing to compare.
        public var meaning: String?

        package init(
            id: String, kind: String, detail: String, stage: Int, states: [State], isNamed: Bool, ancestry: String,
            meaning: String? = nil
        ) {
            self.id = id
            self.kind = kind
            self.detail = detail
            self.stage = stage
            self.states = states
            self.isNamed = isNamed
            self.ancestry = ancestry
            self.meaning = meaning
        }
    }

    /// A keyed state of an operator.
    public struct State: Sendable, Hashable, Codable {
        /// The state's name, which is unique within its operator.
        public var name: String
        /// The schema of the stored keys.
        public var keySchema: String
        /// The schema of the stored values.
        public var valueSchema: String
        /// The fields of the types in the stored form. `nil` in checkpoints of the first versions.
        public var layouts: [String]?

        package init(
            name: String, keySchema: String, valueSchema: String, layouts: [String]? = nil
        ) {
            self.name = name
            self.keySchema = keySchema
            self.valueSchema = valueSchema
            self.layouts = layouts
        }
    }

    /// A stream from one operator to another.
    public struct Edge: Sendable, Hashable, Codable {
        /// The id of the operator that the stream comes from.
        public var from: String
        /// The id of the operator that the stream goes to.
        public var to: String
        /// The type of the records.
        public var record: String
        /// How records are passed along the edge.
        public var kind: Kind

        package init(
            from: String, to: String, record: String, kind: Kind
        ) {
            self.from = from
            self.to = to
            self.record = record
            self.kind = kind
        }

        /// How records are passed along an edge.
        public enum Kind: String, Sendable, Hashable, Codable {
            /// By a call within one task.
            case forward
            /// Through channels, to the task that owns the key.
            case exchange
            /// By a call within one task, to a side output.
            case side
        }
    }

    /// A stage: operators that run together in one task.
    public struct Stage: Sendable, Hashable, Codable {
        /// The id of the stage's first operator.
        public var name: String
        /// The number of tasks in words: `1 per partition`, `4`, `as many as source tasks`.
        public var tasks: String

        package init(
            name: String, tasks: String
        ) {
            self.name = name
            self.tasks = tasks
        }
    }
}
