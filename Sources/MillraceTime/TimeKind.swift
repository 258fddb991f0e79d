/// The notion of time by which windows and time-to-live are measured.
///
/// ```swift
/// requests.keyed(by: \.route).window(.tumbling(of: .seconds(10)), time: .processing).aggregate(Count())
/// let sessions = states.value("session", of: Login.self, timeToLive: TimeToLive(.hours(1), in: .event))
/// ```
public enum TimeKind: Sendable, Hashable {
    /// Event time: when the record's event happened, according to the record.
    case event
    /// Processing time: when the pipeline processes the record.
    case processing
}
