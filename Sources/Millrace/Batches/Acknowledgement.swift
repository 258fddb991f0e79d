/// When the records of a batch count as done, if some of them fail.
///
/// A record is *done* when it succeeded or was given up (see the operator's `onError`). A checkpoint is stored only when
/// every record in front of its barrier is done, so positions, state and output never run ahead of the work; and as
/// attempts are bounded, a record that will not go through never holds positions back for ever.
public enum Acknowledgement: String, Sendable, Hashable, CaseIterable {
    /// All or none: if any record fails, the whole batch is handed over again, and at last given up as a whole. For
    /// handlers whose work is one transaction.
    case allOrNothing
    /// Each record for itself (elsewhere called best effort): those that succeeded are done; only those that failed are handed over again, and at last
    /// given up. For handlers that can say which record failed.
    case perRecord
    /// Up to the first failure (elsewhere called last successful): the records before it are done; it and all behind it are handed over again, in order. If
    /// it is given up, work goes on with the next. For work whose order matters.
    ///
    /// Where the operator is the only one between its source and the end of the task, a checkpoint does not wait for the
    /// attempts: its position is that of the first record that is not done, and a run that fails or stops leaves that
    /// position behind. Elsewhere a checkpoint waits, as in the other modes.
    case upToFirstFailure
}
