/// What a run does when all its sources have come to their ends.
public enum EndOfInput: Sendable, Hashable {
    /// Event time comes to its end: every window, session and timer fires, and the run is complete for good. A later run
    /// with the same state folder that finds new input (a file that is new or has grown, records behind the end) refuses
    /// to start; one that finds none has nothing to do.
    case complete
    /// The run ends where it is: positions and event time are stored, windows that are open stay open, and the next run goes
    /// on with what has come since. For jobs that run every day over what is there. (Spark's trigger `AvailableNow`.)
    case availableNow
}
