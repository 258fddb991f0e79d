/// An error that makes the pipeline restart from its last checkpoint although nothing failed, for example because work
/// was moved to another process.
///
/// The restart is immediate and does not count for the restart strategy.
///
/// ```swift
/// struct LeaseMoved: RepeatedAttempt, CustomStringConvertible {      // thrown by the reader of a source
///     var partition: PartitionID
///     var description: String { "partition \(partition) was leased to another process" }
/// }
/// ```
public protocol RepeatedAttempt: Error {}

/// A failure that a restart cannot resolve, such as a wrong configuration or a missing permission.
///
/// ```swift
/// struct UnknownCountry: PermanentFailure { var code: String }
///
/// let known: Set = ["DE", "FR"]
/// orders.map { order in
///     guard known.contains(order.country) else { throw UnknownCountry(code: order.country) }
///     return order.total
/// }
/// ```
public protocol PermanentFailure: Error {}

/// A failure of an external system that may be temporary: a broker or database that cannot be reached, a full disk.
///
/// The restart strategy decides how the pipeline continues, at the start of a run as well as later.
///
/// ```swift
/// struct RatesUnavailable: TransientFailure {
///     var httpStatus: Int
///     var isTransient: Bool { httpStatus == 429 || httpStatus >= 500 }
/// }
/// ```
public protocol TransientFailure: Error {
    /// Whether the operation may succeed later without any intervention.
    var isTransient: Bool { get }
}
