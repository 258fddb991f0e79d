/// What decides the window of a record.
public enum TimeKind: Sendable, Hashable {
    /// When it happened.
    case event
    /// When it is worked on.
    case processing
}
