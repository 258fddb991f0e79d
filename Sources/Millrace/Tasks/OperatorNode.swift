/// An edge into an operator.
@usableFromInline
struct OperatorInput {
    let from: OperatorNode
    let record: String
    let kind: GraphDescription.Edge.Kind

    @usableFromInline
    init(from: OperatorNode, record: String, kind: GraphDescription.Edge.Kind = .forward) {
        self.from = from
        self.record = record
        self.kind = kind
    }
}

/// An operator of a declared graph.
///
/// `@unchecked Sendable`: written only while the graph is being declared, on one thread; tasks only read it.
@usableFromInline
final class OperatorNode: @unchecked Sendable {
    let index: Int
    let kind: String
    var detail: String
    var defaultName: String
    var name: String?
    var inputs: [OperatorInput]
    private(set) var role: OperatorRole
    var states: [GraphDescription.State] = []
    /// The settings that, in addition to the types, determine the meaning of stored state.
    private(set) var meaning: String?
    /// The migration of each state from older versions of its types.
    var migrations: [String: StateMigration] = [:]
    /// Whether its state changes only with records; event time triggers nothing.
    private(set) var ignoresEventTime = false
    /// Whether its records go to every task of the next stage.
    private(set) var isBroadcast = false
    /// The problems found in its declaration.
    private(set) var problems: [GraphProblem] = []

    init(
        index: Int, kind: String, detail: String, defaultName: String, inputs: [OperatorInput], flow: RecordFlow
    ) {
        self.index = index
        self.kind = kind
        self.detail = detail
        self.defaultName = defaultName
        self.inputs = inputs
        role = .transform(flow)
    }

    /// The operator that keeps the state whose results this operator emits, if one method creates both. A name given to
    /// this operator applies to that one.
    var completed: OperatorNode?

    @usableFromInline
    func complete(_ other: OperatorNode) { completed = other }

    /// The given name, or the default name.
    @usableFromInline
    var id: String { name ?? defaultName }

    /// The kinds of the upstream operators, for telling whether an unnamed operator is still the same.
    var ancestry: String {
        let upstream = inputs.filter { $0.kind != .side }.map(\.from.ancestry).sorted()
        return upstream.isEmpty ? kind : upstream.joined(separator: "+") + ">" + kind
    }

    @usableFromInline
    func setName(_ name: String) {
        if let completed { completed.setName(name) } else { self.name = name }
    }

    @usableFromInline
    func setSink(
        needsStateFolder: Bool, sharedOutput: (any SharedOutput)?,
        recover: @escaping @Sendable ([PendingOutput], StartMode, SinkRun) throws -> Void,
        close: @escaping @Sendable () -> Void
    ) {
        role = .sink(
            SinkRole(recover: recover, close: close, needsStateFolder: needsStateFolder, sharedOutput: sharedOutput))
    }

    @usableFromInline
    func setKeyed(_ makeHandler: @escaping @Sendable (TaskContext) -> (RecordBatch) throws -> Void) {
        role = .keyed(KeyedStage(makeHandler: makeHandler))
    }

    @usableFromInline
    func ignoreEventTime() { ignoresEventTime = true }

    @usableFromInline
    func goesToAllTasks() { isBroadcast = true }

    /// Adds problems. A run of a pipeline with problems is refused.
    @usableFromInline
    func refuse(_ problems: [GraphProblem]) { self.problems += problems }

    /// Whether this is a source whose event time is assigned by an operator downstream.
    @usableFromInline var isTimedLater: Bool { source?.isTimedLater ?? false }

    @usableFromInline
    func setSource(_ stage: SourceStage) {
        role = .source(stage)
        refuse(stage.watermarks.problems)
    }

    /// Adds a setting that determines the meaning of stored state.
    @usableFromInline
    func addMeaning(_ text: String) {
        if text.isEmpty { return }
        meaning = meaning.map { "\($0); \(text)" } ?? text
    }

    /// Declares a piece of keyed state.
    @usableFromInline
    func addState<Key: StreamKey, Value: StateValue>(_ name: String, key: Key.Type, value: Value.Type) {
        let value = StateLayout.collecting { Value.stateSchema }
        states.append(
            GraphDescription.State(
                name: name, keySchema: Key.keySchema, valueSchema: value.schema, layouts: value.layouts))
        migrations[name] = StateMigration(key: key, value: Value.self)
    }
}

extension OperatorNode {
    /// The source that heads a stage; `nil` for other roles.
    var source: SourceStage? { if case .source(let stage) = role { stage } else { nil } }
    /// The keyed operator that heads a stage; `nil` for other roles.
    var keyed: KeyedStage? { if case .keyed(let stage) = role { stage } else { nil } }
    /// The sink; `nil` for other roles.
    var sink: SinkRole? { if case .sink(let sink) = role { sink } else { nil } }
    /// How it emits records.
    var flow: RecordFlow { if case .transform(let flow) = role { flow } else { .kept } }

    var stateDeclaration: StateDeclaration {
        StateDeclaration(operatorID: id, states: states, migrations: migrations)
    }
}
