/// A pipeline's operator graph as data: for printing, drawing, and for comparing with what a state folder was
/// written by.
public struct GraphDescription: Sendable, Hashable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// Operators, each after those that feed it.
    public var operators: [Operator]
    /// Streams between operators.
    public var edges: [Edge]
    /// Stages, in the order in which records pass them.
    public var stages: [Stage]

    package init(
        pipeline: String, operators: [Operator], edges: [Edge], stages: [Stage]
    ) {
        self.pipeline = pipeline
        self.operators = operators
        self.edges = edges
        self.stages = stages
    }

    /// One operator.
    public struct Operator: Sendable, Hashable, Codable {
        /// Given by `.named`, or kind and number (`map-2`); unique in the pipeline.
        public var id: String
        /// `source`, `map`, `tumbling window`, `sink`, ...
        public var kind: String
        /// More about it: `CSV files in flights`, `1 h, lateness 1 h`; may be empty.
        public var detail: String
        /// Index into `stages`; an operator that several stages run (behind a merge) stands with the first.
        public var stage: Int
        /// Keyed state that it keeps.
        public var states: [State]
        /// Whether the name was given by the user.
        public var isNamed: Bool
        /// Kinds of the operators that lead here, from the source on.
        public var ancestry: String
        /// What, beside its types, decides what the operator's stored state means: a window's length, an aggregate's
        /// parameters. Compared at start; `nil` if there is nothing.
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

    /// A piece of keyed state.
    public struct State: Sendable, Hashable, Codable {
        /// Unique within its operator.
        public var name: String
        /// Stored form of the key.
        public var keySchema: String
        /// Stored form of the value.
        public var valueSchema: String
        /// Fields of the types that the stored form is made of. Not in checkpoints of the first versions.
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
        /// An operator's id.
        public var from: String
        /// An operator's id.
        public var to: String
        /// Type of the records.
        public var record: String
        /// How they travel.
        public var kind: Kind

        package init(
            from: String, to: String, record: String, kind: Kind
        ) {
            self.from = from
            self.to = to
            self.record = record
            self.kind = kind
        }

        /// How records travel along an edge.
        public enum Kind: String, Sendable, Hashable, Codable {
            /// A call within one task.
            case forward
            /// Through channels to the task that has the key.
            case exchange
            /// A call within one task, on a side output.
            case side
        }
    }

    /// Operators that run together in one task body.
    public struct Stage: Sendable, Hashable, Codable {
        /// The operator that heads it.
        public var name: String
        /// How many tasks: `1 per partition`, `4`, `as many as source tasks`.
        public var tasks: String

        package init(
            name: String, tasks: String
        ) {
            self.name = name
            self.tasks = tasks
        }
    }
}
