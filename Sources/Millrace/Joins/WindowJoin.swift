extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins each left record with each right record of the same key and window.
    ///
    /// ```swift
    /// people.joined(with: auctions, on: \.id, equals: \.seller).windowJoin(.tumbling(of: .seconds(10)))
    /// ```
    ///
    /// Pairs are emitted when the window fires, with the window's last instant as their time. A late record within the
    /// allowed lateness makes the window emit all of its pairs again.
    ///
    /// Restart: each record is in the results exactly once, and a transactional sink contains each result exactly once.
    ///
    /// - Parameters:
    ///   - assigner: determines the windows that a record belongs to.
    ///   - kind: which unmatched records are emitted, and so which sides of the results are optional.
    ///   - time: which time of a record counts. Default: event time.
    ///   - allowedLateness: how long an event-time window is kept after its end, for late records. Default: zero.
    ///   - late: the side output for records that arrive after that. Default: they are only counted.
    /// - Returns: a stream of joined pairs, each with its key and window.
    @inlinable
    public func windowJoin<JoinedLeft, JoinedRight>(
        _ assigner: WindowAssigner, kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>,
        time: TimeKind = .event, allowedLateness: Duration = .zero,
        late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<WindowResult<Key, JoinedPair<JoinedLeft, JoinedRight>>> {
        let results = keyed.window(assigner, time: time, allowedLateness: allowedLateness, late: late)
            .aggregate(Sides<Left, Right>())
        return results.flatMap { result in
            result.value.pairs(kind).map { WindowResult(key: result.key, window: result.window, value: $0) }
        }.completing(results)
    }
}

/// Collects the records of both sides, in the order in which they are processed.
@usableFromInline
struct Sides<Left: StateValue, Right: StateValue>: Aggregate {
    @frozen
    @usableFromInline
    struct Accumulator: StateValue {
        @usableFromInline var left: [Left] = []
        @usableFromInline var right: [Right] = []

        @inlinable
        init() {}

        @inlinable
        func pairs<JoinedLeft, JoinedRight>(
            _ kind: JoinKind<Left, Right, JoinedLeft, JoinedRight>
        ) -> [JoinedPair<JoinedLeft, JoinedRight>] {
            var pairs: [JoinedPair<JoinedLeft, JoinedRight>] = []
            for left in left { for right in right { pairs.append(JoinedPair(kind.matched(left, right))) } }
            if right.isEmpty, let onlyLeft = kind.onlyLeft { pairs += left.map { JoinedPair(onlyLeft($0)) } }
            if left.isEmpty, let onlyRight = kind.onlyRight { pairs += right.map { JoinedPair(onlyRight($0)) } }
            return pairs
        }

        @usableFromInline
        static var stateSchema: String { "Sides<\(Left.stateSchema), \(Right.stateSchema)>" }
        @inlinable
        func encode(into writer: inout ByteWriter) {
            left.encode(into: &writer)
            right.encode(into: &writer)
        }
        @inlinable
        static func decode(from reader: inout ByteReader) throws -> Accumulator {
            var sides = Accumulator()
            sides.left = try [Left].decode(from: &reader)
            sides.right = try [Right].decode(from: &reader)
            return sides
        }
    }

    @inlinable
    init() {}
    @inlinable
    func create() -> Accumulator { Accumulator() }
    @inlinable
    func add(_ input: Either<Left, Right>, to sides: inout Accumulator) {
        switch input {
        case .left(let left): sides.left.append(left)
        case .right(let right): sides.right.append(right)
        }
    }
    @inlinable
    func merge(_ other: Accumulator, into sides: inout Accumulator) {
        sides.left += other.left
        sides.right += other.right
    }
    @inlinable
    func result(_ sides: Accumulator) -> Accumulator { sides }
}
