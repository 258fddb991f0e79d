extension JoinedStream where Left: StateValue, Right: StateValue {
    /// Joins records of one key that are in a window together: each of one stream with each of the other.
    ///
    /// ```swift
    /// people.joined(with: auctions, on: \.id, equals: \.seller).windowJoin(.tumbling(of: .seconds(10)))
    /// ```
    ///
    /// Results come when the window fires, with its last instant as their time. A record that comes later, within the
    /// allowed lateness, gives the results of its window again.
    ///
    /// Restart: as if there had been none.
    /// - Parameters:
    ///   - assigner: which windows a record belongs to: see `WindowAssigner`.
    ///   - kind: which unmatched records are emitted, and so which side may be missing. Default: none.
    ///   - time: which time of a record counts. Default: event time.
    ///   - allowedLateness: how long after its end a window in event time is kept. Default: zero.
    ///   - late: where records go that are later than that. Default: they are only counted.
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

/// The records of both sides, in the order in which they came.
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
