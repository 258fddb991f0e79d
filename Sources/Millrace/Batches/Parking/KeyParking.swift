/// Keeps the order of a key's records also where one of them is given up or sent to a retry topic: those behind it are
/// *parked*, which means that they go the same way without being tried, until those before them have come back and
/// succeeded.
///
/// ```swift
/// payments.keyed(by: \.value.account)                                     // payments: Stream<KafkaRecord<Payment>>
///     .batches(of: 50, onError: .deadLetter(to: rejected), options: .init(retryTopic: retries.route(in: graph)),
///              parking: .kafka()) { ... }
/// ```
///
/// Which keys are parked is keyed state, stored with positions and dead letters. Two records of a key are never in one
/// batch, so a key with many records makes small batches; a retry route has to have one delay, as records that wait for
/// different times would overtake each other.
public struct KeyParking<Record: Sendable>: Sendable {
    /// How a record comes to the operator.
    public let arrival: @Sendable (Record) -> RecordArrival

    /// - Parameter arrival: tells from a record how it comes.
    public init(arrival: @escaping @Sendable (Record) -> RecordArrival) { self.arrival = arrival }
}

/// How a record comes to an operator that may see it more than once.
public enum RecordArrival: Sendable, Hashable, CaseIterable {
    /// For the first time.
    case first
    /// Out of a retry topic.
    case retried
    /// Sent back from where dead letters are kept.
    case replayed
}

/// Why a record was given up without being tried.
public struct KeyParked: Error, CustomStringConvertible, Sendable, Equatable {
    /// Whether an earlier record of its key is among the dead letters; otherwise one is to be tried again.
    public let isDead: Bool

    public var description: String {
        isDead
            ? "parked: an earlier record of its key was given up, and has not been replayed"
            : "parked: an earlier record of its key is to be tried again"
    }
}
