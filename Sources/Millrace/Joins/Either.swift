/// A record of one of two streams. Streams that are joined by key are merged into a stream of these.
///
/// ```swift
/// let late = graph.sideOutput("late", of: Either<Order, Payment>.self)
/// orders.joined(with: payments, on: \.id, equals: \.order).intervalJoin(from: .zero, through: .hours(1), late: late)
/// late.stream.map { record in
///     switch record {
///     case .left(let order): "order \(order.id)"
///     case .right(let payment): "payment \(payment.id)"
///     }
/// }
/// ```
@frozen
public enum Either<Left, Right> {
    /// A record of the left stream.
    case left(Left)
    /// A record of the right stream.
    case right(Right)
}

extension Either: Sendable where Left: Sendable, Right: Sendable {}
extension Either: Equatable where Left: Equatable, Right: Equatable {}
extension Either: Hashable where Left: Hashable, Right: Hashable {}

extension Either: StateValue where Left: StateValue, Right: StateValue {
    public static var stateSchema: String { "Either<\(Left.stateSchema), \(Right.stateSchema)>" }
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .left(let left):
            writer.write(0 as UInt8)
            left.encode(into: &writer)
        case .right(let right):
            writer.write(1 as UInt8)
            right.encode(into: &writer)
        }
    }
    @inlinable
    public static func decode(from reader: inout ByteReader) throws -> Either {
        switch try reader.read(UInt8.self) {
        case 0: return .left(try Left.decode(from: &reader))
        case 1: return .right(try Right.decode(from: &reader))
        case let tag: throw StateDecodingError(expected: "0 or 1 for one of two sides", found: "\(tag)")
        }
    }
}
