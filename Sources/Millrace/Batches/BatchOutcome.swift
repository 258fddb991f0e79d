/// What a handler says of its batch. Throwing says that all of it failed.
public struct BatchOutcome: Sendable {
    /// Records that failed; all others succeeded.
    public let failures: [RecordFailure]

    /// Every record succeeded.
    public static let succeeded = BatchOutcome(failures: [])

    /// Some records failed, each with its reason.
    public static func failed(_ failures: [RecordFailure]) -> BatchOutcome { BatchOutcome(failures: failures) }
}

/// A record of a batch that failed.
public struct RecordFailure: Sendable {
    /// Its place in the batch, from 0.
    public let index: Int
    /// Why.
    public let reason: any Error

    /// Both.
    public init(_ index: Int, _ reason: any Error) {
        self.index = index
        self.reason = reason
    }
}

/// An error that knows whether trying again may mend it. One that does not say is tried again.
public protocol RetryAware: Error {
    /// False if the record is bad, not the service: it is given up at once.
    var isWorthRetrying: Bool { get }
}

/// An error that trying again does not mend.
public protocol NotRetriable: RetryAware {}

extension NotRetriable {
    /// Never.
    public var isWorthRetrying: Bool { false }
}

/// Whether `error` may pass.
package func isWorthRetrying(_ error: any Error) -> Bool { (error as? any RetryAware)?.isWorthRetrying ?? true }

/// Why a record was given up that did not fail itself: under `allOrNothing` its batch did.
public struct BatchFailed: Error, CustomStringConvertible, Sendable {
    /// Why the batch failed.
    public let reason: any Error

    init(_ reason: any Error) { self.reason = reason }

    public var description: String { "another record of its batch failed: \(reason)" }
}

/// A handler named a record that its batch does not have.
struct NoSuchRecord: Error, CustomStringConvertible, NotRetriable {
    let index: Int
    let count: Int

    var description: String { "the handler says that record \(index) failed, of a batch of \(count) (0..<\(count))" }
}
