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

/// An operator as it was declared.
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
    /// What, beside the types, decides what stored state means.
    private(set) var meaning: String?
    /// How each of them is made of what an older version of its type stored.
    var migrations: [String: StateMigration] = [:]
    /// Its state changes with records alone: event time sets nothing going.
    private(set) var ignoresEventTime = false
    /// Its records go to every task of the stage that follows.
    private(set) var isBroadcast = false
    /// What is wrong with what it was declared with.
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

    /// The operator that keeps the state of which this one gives the results, where one method makes both: it is what a name
    /// is for.
    var completed: OperatorNode?

    @usableFromInline
    func complete(_ other: OperatorNode) { completed = other }

    /// Given or derived.
    @usableFromInline
    var id: String { name ?? defaultName }

    /// Kinds of the operators that lead here, for telling whether an unnamed operator is still the same.
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

    /// The run is refused with these problems, if there are any.
    @usableFromInline
    func refuse(_ problems: [GraphProblem]) { self.problems += problems }

    /// Of a source: an operator that follows assigns event time.
    @usableFromInline var isTimedLater: Bool { source?.isTimedLater ?? false }

    @usableFromInline
    func setSource(_ stage: SourceStage) {
        role = .source(stage)
        refuse(stage.watermarks.problems)
    }

    /// Adds to what decides what stored state means.
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
    /// What it brings as the head of a source stage.
    var source: SourceStage? { if case .source(let stage) = role { stage } else { nil } }
    /// What it brings as the head of a keyed stage.
    var keyed: KeyedStage? { if case .keyed(let stage) = role { stage } else { nil } }
    /// What it brings as a sink.
    var sink: SinkRole? { if case .sink(let sink) = role { sink } else { nil } }
    /// How it passes records on.
    var flow: RecordFlow { if case .transform(let flow) = role { flow } else { .kept } }

    var stateDeclaration: StateDeclaration {
        StateDeclaration(operatorID: id, states: states, migrations: migrations)
    }
}
