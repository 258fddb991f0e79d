/// How many batches of a task are under way at once.
///
/// ```swift
/// .batches(of: 50, concurrency: 3) { ... }
/// .batches(of: 50, concurrency: .adaptive(1...32)) { ... }
/// ```
public enum BatchConcurrency: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Always up to so many.
    case fixed(Int)
    /// As many as the other side answers without delay: more while answers come as quickly as ever, fewer when they get
    /// slower or fail. For a service whose limits are not known, or change.
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
