/// The windows of a window join.
public struct JoinWindow: Sendable {
    @usableFromInline
    enum Shape: Sendable {
        case tumbling(Duration, offset: Duration)
        case sliding(Duration, every: Duration, offset: Duration)
        case session(gap: Duration)
    }

    @usableFromInline let shape: Shape

    @usableFromInline
    init(_ shape: Shape) { self.shape = shape }

    /// Side by side.
    public static func tumbling(of length: Duration, offset: Duration = .zero) -> JoinWindow {
        JoinWindow(.tumbling(length, offset: offset))
    }

    /// Overlapping: two records that are in several windows together are joined in each.
    public static func sliding(of length: Duration, every slide: Duration, offset: Duration = .zero) -> JoinWindow {
        JoinWindow(.sliding(length, every: slide, offset: offset))
    }

    /// Sessions of the records of both streams.
    public static func session(gap: Duration) -> JoinWindow { JoinWindow(.session(gap: gap)) }
}

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
    @inlinable
    public func windowJoin(
        _ window: JoinWindow, kind: JoinKind = .inner, allowedLateness: Duration = .zero,
        late: SideOutput<Either<Left, Right>>? = nil
    ) -> Stream<WindowResult<Key, (left: Left?, right: Right?)>> {
        let sides = Sides<Left, Right>()
        let results: Stream<WindowResult<Key, Sides<Left, Right>.Accumulator>>
        switch window.shape {
        case .tumbling(let length, let offset):
            results = keyed.tumblingWindow(of: length, offset: offset, allowedLateness: allowedLateness, late: late)
                .aggregate(sides)
        case .sliding(let length, let slide, let offset):
            results = keyed.slidingWindow(
                of: length, every: slide, offset: offset, allowedLateness: allowedLateness, late: late
            ).aggregate(sides)
        case .session(let gap):
            results = keyed.sessionWindow(gap: gap, allowedLateness: allowedLateness, late: late).aggregate(sides)
        }
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
        func pairs(_ kind: JoinKind) -> [(left: Left?, right: Right?)] {
            var pairs: [(left: Left?, right: Right?)] = []
            for left in left { for right in right { pairs.append((left, right)) } }
            if right.isEmpty, kind.keepsLeft { pairs += left.map { ($0, nil) } }
            if left.isEmpty, kind.keepsRight { pairs += right.map { (nil, $0) } }
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
