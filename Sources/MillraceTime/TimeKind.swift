/// The notion of time by which windows and time-to-live are measured.
public enum TimeKind: Sendable, Hashable {
    /// Event time: when the record's event happened, according to the record.
    case event
    /// Processing time: when the pipeline processes the record.
    case processing
}
