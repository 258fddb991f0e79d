/// What a run does when all its sources have ended.
///
/// A job that each night reads the files which have come since the night before:
///
/// ```swift
/// try await pipeline.run(RunOptions(checkpoints: .init(directory: "state"), endOfInput: .availableNow))
/// ```
public enum EndOfInput: Sendable, Hashable {
    /// Event time advances to its end: all windows, sessions and timers fire, and the run is complete permanently.
    ///
    /// A later run with the same state folder has nothing to do, and returns at once. If the sources have new input by
    /// then (a new file, a file that has grown, records after the end), it throws `StateError` instead, because the
    /// windows of these records have been emitted.
    case complete
    /// The run ends without closing open windows: positions, event time and state are stored, and the next run resumes
    /// there with the input that has arrived since. For jobs that run periodically over the input available at that
    /// time, as with Spark's trigger `AvailableNow`.
    case availableNow
}
