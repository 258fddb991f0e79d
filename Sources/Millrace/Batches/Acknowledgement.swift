/// The records of a batch that are done, and those that are retried, when some of them fail.
///
/// A record is *done* when it has succeeded, was sent to a retry topic, or was given up and handled by the operator's
/// `onError`. A checkpoint is stored only when all records before its barrier are done, so positions, state and output
/// stay consistent. As the number of attempts is limited, a failing record cannot hold positions back indefinitely.
///
/// ```swift
/// orders.batches(of: 50, options: .init(acknowledgement: .upToFirstFailure)) { batch in
///     for (index, order) in batch.enumerated() {
///         do { try await database.insert(order) } catch { return .failed([RecordFailure(index, error)]) }
///     }
///     return .succeeded
/// }
/// ```
public enum Acknowledgement: String, Sendable, Hashable, CaseIterable {
    /// All or nothing: if a record fails, the whole batch is retried, and finally given up as a whole. For handlers
    /// that process a batch in one transaction.
    case allOrNothing
    /// Each record by itself (elsewhere called best effort): records that succeeded are done, and only those that
    /// failed are retried, and finally given up. For handlers that can tell which records failed.
    case perRecord
    /// Up to the first failure (elsewhere called last successful): the records before it are done. It and all records
    /// after it are retried, in order. If it is given up, processing continues with the next. For handlers that depend
    /// on the order.
    ///
    /// If the operator is the only consumer of its source's tasks, a checkpoint does not wait for the attempts: it
    /// stores the position of the first record that is not done, and a run that fails or stops resumes there. Otherwise
    /// a checkpoint waits, as in the other modes.
    case upToFirstFailure
}
