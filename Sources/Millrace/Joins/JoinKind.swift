/// Which unmatched records a join emits.
///
/// The kind determines the type of the results: a side that may be missing is optional.
///
/// ```swift
/// let both = orders.joined(with: payments, on: \.id, equals: \.order)
/// both.intervalJoin(from: .zero, through: .hours(1))                      // Joined<OrderID, Order, Payment>
/// both.intervalJoin(from: .zero, through: .hours(1), kind: .left)         // Joined<OrderID, Order, Payment?>
/// both.intervalJoin(from: .zero, through: .hours(1), kind: .outer)        // Joined<OrderID, Order?, Payment?>
/// ```
public struct JoinKind<Left: Sendable, Right: Sendable, JoinedLeft: Sendable, JoinedRight: Sendable>: Sendable,
    CustomStringConvertible
{
    /// The name of the kind: `inner`, `left`, `right` or `outer`.
    public let description: String
    @usableFromInline let matched: @Sendable (Left, Right) -> (JoinedLeft, JoinedRight)
    /// `nil` if unmatched records of the left side are not emitted.
    @usableFromInline let onlyLeft: (@Sendable (Left) -> (JoinedLeft, JoinedRight))?
    @usableFromInline let onlyRight: (@Sendable (Right) -> (JoinedLeft, JoinedRight))?

    @inlinable
    init(
        _ description: String, matched: @escaping @Sendable (Left, Right) -> (JoinedLeft, JoinedRight),
        onlyLeft: (@Sendable (Left) -> (JoinedLeft, JoinedRight))? = nil,
        onlyRight: (@Sendable (Right) -> (JoinedLeft, JoinedRight))? = nil
    ) {
        self.description = description
        self.matched = matched
        self.onlyLeft = onlyLeft
        self.onlyRight = onlyRight
    }

    @inlinable var keepsLeft: Bool { onlyLeft != nil }
    @inlinable var keepsRight: Bool { onlyRight != nil }
}

extension JoinKind where JoinedLeft == Left, JoinedRight == Right {
    /// Emits matched pairs only. Both sides of a result are present.
    @inlinable
    public static var inner: JoinKind { JoinKind("inner") { ($0, $1) } }
}

extension JoinKind where JoinedLeft == Left, JoinedRight == Right? {
    /// Also emits unmatched left records. The right side of a result is optional.
    @inlinable
    public static var left: JoinKind { JoinKind("left", matched: { ($0, $1) }, onlyLeft: { ($0, nil) }) }
}

extension JoinKind where JoinedLeft == Left?, JoinedRight == Right {
    /// Also emits unmatched right records. The left side of a result is optional.
    @inlinable
    public static var right: JoinKind { JoinKind("right", matched: { ($0, $1) }, onlyRight: { (nil, $0) }) }
}

extension JoinKind where JoinedLeft == Left?, JoinedRight == Right? {
    /// Also emits unmatched records of both sides. Both sides of a result are optional.
    @inlinable
    public static var outer: JoinKind {
        JoinKind("outer", matched: { ($0, $1) }, onlyLeft: { ($0, nil) }, onlyRight: { (nil, $0) })
    }
}
