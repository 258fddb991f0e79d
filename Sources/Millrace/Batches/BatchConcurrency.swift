/// The number of batches of a task that may be in flight at the same time.
///
/// ```swift
/// .batches(of: 50, concurrency: 3) { ... }
/// .batches(of: 50, concurrency: .adaptive(1...32)) { ... }
/// ```
public enum BatchConcurrency: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// A fixed number. Also written as an integer literal.
    case fixed(Int)
    /// A number within this range that follows the latency of the handler: it grows while batches complete without
    /// delay, and shrinks when they take longer or fail. For services whose limits are unknown or change.
    case adaptive(ClosedRange<Int>)

    public init(integerLiteral value: Int) { self = .fixed(value) }

    public var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .adaptive(let range): "\(range.lowerBound) to \(range.upperBound)"
        }
    }

    var least: Int {
        switch self {
        case .fixed(let count): count
        case .adaptive(let range): range.lowerBound
        }
    }

    var most: Int {
        switch self {
        case .fixed(let count): count
        case .adaptive(let range): range.upperBound
        }
    }
}
