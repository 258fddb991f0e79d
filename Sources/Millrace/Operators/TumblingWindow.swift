/// What decides the window of a record.
public enum TimeKind: Sendable, Hashable {
    /// When it happened.
    case event
    /// When it is worked on.
    case processing
}

/// Records of one key and one window after another, waiting for an aggregate. Made by `KeyedStream.tumblingWindow`.
public struct WindowedStream<Key: StreamKey, Record: Sendable> {
    @usableFromInline let keyed: KeyedStream<Key, Record>
    @usableFromInline let assigner: TumblingAssigner
    @usableFromInline let timing: WindowTiming
    @usableFromInline let kind: TimeKind
    @usableFromInline let late: SideOutput<Record>?
    @usableFromInline let detail: String

    @usableFromInline
    init(
        keyed: KeyedStream<Key, Record>, assigner: TumblingAssigner, timing: WindowTiming, kind: TimeKind,
        late: SideOutput<Record>?, detail: String
    ) {
        self.keyed = keyed
        self.assigner = assigner
        self.timing = timing
        self.kind = kind
        self.late = late
        self.detail = detail
    }
}

extension KeyedStream {
    /// Divides each key's records into windows of one length, side by side.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin)
    ///     .tumblingWindow(of: .hours(1), allowedLateness: .hours(1), late: late)
    ///     .aggregate(DelayStatistics())
    /// ```
    ///
    /// A window in event time fires when the watermark reaches its last instant. A record that comes later, within
    /// the allowed lateness, fires it again with the new result; one later than that goes to `late` and is counted. A
    /// window in processing time fires when its time is over. At the end of the input every window fires.
    ///
    /// - Parameters:
    ///   - length: at least a millisecond.
    ///   - offset: shifts the windows' starts from whole multiples of the length since 1970.
    ///   - allowedLateness: how long after its end a window in event time is kept; none by default.
    @inlinable
    public func tumblingWindow(
        of length: Duration, offset: Duration = .zero, in kind: TimeKind = .event,
        allowedLateness: Duration = .zero, late: SideOutput<Record>? = nil
    ) -> WindowedStream<Key, Record> {
        let lateness = allowedLateness > .zero ? ", lateness \(allowedLateness)" : ""
        return WindowedStream(
            keyed: self, assigner: TumblingAssigner(length: length, offset: offset),
            timing: WindowTiming(allowedLateness: kind == .event ? allowedLateness : .zero), kind: kind, late: late,
            detail: "\(length), \(kind) time\(lateness)")
    }
}

/// The result of one window of one key.
@frozen
public struct WindowResult<Key: Sendable, Value: Sendable>: Sendable {
    /// The key.
    public var key: Key
    /// The window.
    public var window: TimeWindow
    /// What its records amount to.
    public var value: Value

    /// All three parts.
    @inlinable
    public init(key: Key, window: TimeWindow, value: Value) {
        self.key = key
        self.window = window
        self.value = value
    }
}

extension WindowResult: Equatable where Key: Equatable, Value: Equatable {}
extension WindowResult: Hashable where Key: Hashable, Value: Hashable {}
extension WindowResult: BitwiseCopyable where Key: BitwiseCopyable, Value: BitwiseCopyable {}
extension WindowResult: Encodable where Key: Encodable, Value: Encodable {}
extension WindowResult: Decodable where Key: Decodable, Value: Decodable {}

extension WindowedStream {
    /// Sums up each window of each key; the result has the window's last instant as its time.
    ///
    /// Restart: windows fire as if there had been none; each firing is in a transactional sink exactly once.
    @inlinable
    public func aggregate<A: Aggregate>(
        _ aggregate: A, onError: ErrorPolicy<Record> = .fail
    ) -> Stream<WindowResult<Key, A.Output>> where A.Input == Record {
        let (late, assigner, timing, kind) = (late, assigner, timing, kind)
        let keyOf = keyed.node.key
        let result: Stream<WindowResult<Key, A.Output>> = keyed.attach("window", detail: detail) {
            context, node, next in
            let windows = WindowParticipant(
                aggregate, assigner, timing, kind, context: context, node: node, next: next,
                late: late?.push(in: context), failures: FailureHandler(onError, of: node, in: context))
            context.register(windows, of: node)
            return BatchHandler { batch in try windows.work(on: batch, keyOf) }
        }
        let node = result.node.producer
        node.addState("windows", key: Key.keySchema, value: A.Accumulator.stateSchema)
        late?.link(from: node)
        if case .deadLetter(let side) = onError { side.link(from: node) }
        return result
    }

    /// Folds the records of each window of each key into a value.
    ///
    /// ```swift
    /// .tumblingWindow(of: .seconds(10)).fold(into: 0) { sum, record in sum += record.amount }
    /// ```
    @inlinable
    public func fold<Value: StateValue>(
        into initial: Value, onError: ErrorPolicy<Record> = .fail,
        _ body: @escaping @Sendable (inout Value, Record) throws -> Void
    ) -> Stream<WindowResult<Key, Value>> {
        aggregate(FoldAggregate(initial: initial, body: body), onError: onError)
    }
}

/// A fold as an aggregate; used where nothing is ever merged.
@usableFromInline
struct FoldAggregate<Input: Sendable, Value: StateValue>: Aggregate {
    @usableFromInline let initial: Value
    @usableFromInline let body: @Sendable (inout Value, Input) throws -> Void

    @inlinable
    init(initial: Value, body: @escaping @Sendable (inout Value, Input) throws -> Void) {
        self.initial = initial
        self.body = body
    }

    @inlinable
    func create() -> Value { initial }
    @inlinable
    func add(_ input: Input, to accumulator: inout Value) throws { try body(&accumulator, input) }
    @inlinable
    func merge(_ other: Value, into accumulator: inout Value) {}
    @inlinable
    func result(_ accumulator: Value) -> Value { accumulator }
}
