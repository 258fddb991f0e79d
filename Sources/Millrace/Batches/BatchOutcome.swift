/// The result of a batch, as returned by its handler. A handler that throws reports that all records failed.
///
/// ```swift
/// orders.batches(of: 100, options: .init(acknowledgement: .perRecord)) { batch in
///     var failures: [RecordFailure] = []
///     for (index, order) in batch.enumerated() {
///         do { try await database.insert(order) } catch { failures.append(RecordFailure(index, error)) }
///     }
///     return .failed(failures)
/// }
/// ```
public struct BatchOutcome: Sendable {
    /// The records that failed. All others succeeded.
    public let failures: [RecordFailure]

    /// The result of a batch whose records all succeeded.
    public static let succeeded = BatchOutcome(failures: [])

    /// Returns the result of a batch of which some records failed.
    ///
    /// - Parameter failures: the records that failed, each with its reason.
    public static func failed(_ failures: [RecordFailure]) -> BatchOutcome { BatchOutcome(failures: failures) }
}

/// A record of a batch that failed.
///
/// ```swift
/// orders.batches(of: 100, options: .init(acknowledgement: .perRecord)) { batch in
///     let errors = try await search.index(batch.records)                      // [Int: any Error], by position
///     return .failed(errors.map { RecordFailure($0.key, $0.value) })
/// }
/// ```
public struct RecordFailure: Sendable {
    /// The index of the record in the batch, from 0.
    public let index: Int
    /// The error.
    public let reason: any Error

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - index: the index of the record in the batch, from 0.
    ///   - reason: the error.
    public init(_ index: Int, _ reason: any Error) {
        self.index = index
        self.reason = reason
    }
}

/// An error that knows whether a retry can succeed. Errors of other types are retried.
///
/// ```swift
/// struct ServiceError: RetryAware {
///     var status: Int
///     var isWorthRetrying: Bool { status == 429 || status >= 500 }
/// }
/// ```
public protocol RetryAware: Error {
    /// Whether a retry can succeed. If false, the record fails permanently at once.
    var isWorthRetrying: Bool { get }
}

/// An error for which a retry cannot succeed, such as one of the record's contents.
///
/// ```swift
/// struct NegativeTotal: NotRetriable { var order: Int }
/// orders.forEachAsync(onError: .skip) { order in
///     if order.total < 0 { throw NegativeTotal(order: order.id) }
///     try await database.insert(order)
/// }
/// ```
public protocol NotRetriable: RetryAware {}

extension NotRetriable {
    /// Always `false`.
    public var isWorthRetrying: Bool { false }
}

/// Returns whether a retry can succeed.
package func isWorthRetrying(_ error: any Error) -> Bool { (error as? any RetryAware)?.isWorthRetrying ?? true }

/// The reason of a record that did not fail itself, but whose batch failed under ``Acknowledgement/allOrNothing``.
///
/// ```swift
/// do {
///     try await pipeline.run(RunOptions(restart: .never))
/// } catch PipelineError.failed(let name, _, _, let cause as BatchFailed) {
///     print("operator \(name): \(cause.reason)")
/// }
/// ```
public struct BatchFailed: Error, CustomStringConvertible, Sendable {
    /// The error of the record that failed.
    public let reason: any Error

    init(_ reason: any Error) { self.reason = reason }

    public var description: String { "another record of its batch failed: \(reason)" }
}

/// The error of a handler that reports an index which its batch does not have.
struct NoSuchRecord: Error, CustomStringConvertible, NotRetriable {
    let index: Int
    let count: Int

    var description: String { "the handler says that record \(index) failed, of a batch of \(count) (0..<\(count))" }
}
